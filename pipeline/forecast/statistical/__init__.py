"""Statistical methods of forecasting, as functions of arrays."""
