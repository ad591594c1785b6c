// The service's codes in plain words.

const STATUS = {
  pending: "Waiting",
  running: "Running",
  completed: "Ready",
  failed: "Failed",
  cancelled: "Stopped",
};

const PHASES = {
  validation: "Checking the data",
  feature_engineering: "Reading the calendar",
  backtest: "Testing on past weeks",
  training: "Training",
  forecasting: "Forecasting",
  data_loading: "Loading",
  data_analysis: "Looking at the data",
  preprocessing: "Preparing",
  algorithm_selection: "Comparing methods",
  evaluation: "Testing",
  completed: "Done",
};

const ALGORITHMS = {
  prophet: "Prophet (trend, seasons and holidays)",
  seasonal_naive: "Same day of last week",
  seasonal_mean: "Average of each weekday",
  weekday_profile: "Average of each weekday",
  drift: "Straight trend",
  ensemble: "Average of the best methods",
  ridge: "Linear model on calendar and recent sales",
  gradient_boosting: "Boosted trees on calendar and recent sales",
  hist_gradient_boosting: "Boosted trees (scikit-learn)",
  xgboost: "XGBoost boosted trees",
  random_forest: "Random forest",
  extra_trees: "Extra trees",
  logistic: "Logistic regression",
  knn: "Nearest neighbours",
};

export const TABLE_PHASES = [
  "data_loading",
  "data_analysis",
  "preprocessing",
  "algorithm_selection",
  "training",
  "evaluation",
];

const sentence = (code) => {
  const words = String(code ?? "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const statusWord = (status) => STATUS[status] ?? sentence(status);
export const phaseWord = (phase) => PHASES[phase] ?? sentence(phase);
export const algorithmWord = (name) => ALGORITHMS[name] ?? sentence(name);

/** Each metric of a forecast: its name for people, what it means and how it is written. */
export const FORECAST_METRICS = [
  ["wape", "Typical error", "What all misses add up to, as a share of everything sold.", "share"],
  ["mae", "Average miss", "Units by which a day's forecast is off, on average.", "figure"],
  ["rmse", "Average miss, large ones count more", "Root of the mean squared miss, in units.", "figure"],
  ["mase", "Error beside last season's", "Below 1 is better than repeating last season.", "figure"],
  ["smape", "Balanced percentage error", "Miss as a share of forecast and sale together.", "percentage"],
  ["mape", "Percentage error", "Average miss as a share of the day's sale, days with sales only.", "percentage"],
  ["accuracy", "Accuracy", "100 less the percentage error, not below 0.", "percentage"],
  ["r2_score", "Variation explained", "1 is perfect; 0 is no better than the average.", "figure"],
  ["coverage", "Days inside the range", "Share of days whose sale fell inside the forecast range.", "share"],
];
