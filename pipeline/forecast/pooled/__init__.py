"""One model of gradient-boosted trees over all products of a job."""
