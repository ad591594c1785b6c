"""A tenant's products, sales and calendar."""
