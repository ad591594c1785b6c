// The service's codes in plain words.

const STATUS = {
  pending: "Waiting",
  running: "Running",
  completed: "Ready",
  failed: "Failed",
  cancelled: "Stopped",
};

const JOB_STATUS = { ...STATUS, completed: "Finished" };

const PHASES = {
  validation: "Checking the data",
  feature_engineering: "Reading the calendar",
  backtest: "Testing on past weeks",
  training: "Training",
  forecasting: "Forecasting",
  shared_profile: "Learning what all products share",
  model_storing: "Storing the model",
  data_loading: "Loading",
  data_analysis: "Looking at the data",
  preprocessing: "Preparing",
  algorithm_selection: "Comparing methods",
  evaluation: "Testing",
  completed: "Done",
};

const ALGORITHMS = {
  prophet: "Prophet (trend, seasons and holidays)",
  prophet_covariates: "Prophet with prices, promotions and other known facts",
  gradient_boosting: "Boosted trees on calendar and recent sales",
  poisson: "Counting model on calendar and recent sales",
  seasonal_mean: "Average of the season",
  seasonal_naive: "Last season repeated",
  drift: "Straight trend",
  croston_tsb: "Model for rare sales",
  shared_profile: "Pattern shared with similar products",
  prophet_multiplicative: "Prophet whose seasons grow with the sales",
  prophet_tuned: "Prophet whose flexibility is learned from the sales",
  pooled: "One model that learned from all products",
  mstl: "Seasons taken apart one by one",
  ets: "Smoothed level, trend and season (ETS)",
  theta: "Theta (trend and smoothed level)",
  ces: "Complex smoothing",
  arima: "ARIMA",
  adida: "Rare sales, added up over longer spans",
  seasonal_median: "What is usual in the season",
  autoregression: "Day and week, and how a surprise fades",
  ensemble: "Average of the best methods",
  hist_gradient_boosting: "Boosted trees (scikit-learn)",
  xgboost: "Boosted trees (XGBoost)",
  random_forest: "Random forest",
  extra_trees: "Extra trees",
  linear: "Linear model",
  knn: "Nearest neighbours",
  baseline: "Always the same answer",
  catboost: "Boosted trees (CatBoost)",
  lightgbm: "Boosted trees (LightGBM)",
  neural_net: "Small neural network",
  kernel: "Kernel method",
  kmeans: "Round groups (k-means)",
  gaussian_mixture: "Stretched groups (Gaussian mixture)",
  agglomerative: "Nearest rows merged step by step",
  hdbscan: "Dense regions (HDBSCAN)",
  forecast_engine: "The forecasting engine",
  holt_winters: "Exponential smoothing",
  harmonic_regression: "Waves of all seasons",
};

export const TABLE_PHASES = [
  "data_loading",
  "data_analysis",
  "preprocessing",
  "algorithm_selection",
  "training",
  "evaluation",
];

const TASKS = {
  classification: "Category",
  regression: "Number",
  clustering: "Groups",
  time_series: "What comes next",
};

const UNNAMED = {
  classification: "A category in a table",
  regression: "A number in a table",
  clustering: "Groups in a table",
  time_series: "What comes next in a table",
};

const ACTORS = { everybody: "Somebody", service: "The service" };

const sentence = (code) => {
  const words = String(code ?? "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const statusWord = (status) => STATUS[status] ?? sentence(status);
export const jobStatusWord = (status) => JOB_STATUS[status] ?? sentence(status);
export const phaseWord = (phase) => PHASES[phase] ?? sentence(phase);
export const taskWord = (task) => TASKS[task] ?? sentence(task);
/** The name of a training or model of a table; one that nobody has named has that of its task. */
export const nameWord = (name) => UNNAMED[name] ?? name;
export const actorWord = (actor) => ACTORS[actor] ?? actor;
export const algorithmWord = (name) => ALGORITHMS[name] ?? sentence(name);

/** Each metric of a forecast: its name for people, what it means and how it is written. */
export const FORECAST_METRICS = [
  ["wape", "Typical error", "What all misses add up to, as a share of everything sold.", "share"],
  ["mae", "Average miss", "Units by which a day's forecast is off, on average.", "figure"],
  [
    "rmse",
    "Average miss, large ones count more",
    "Root of the mean squared miss, in units.",
    "figure",
  ],
  ["mase", "Error beside last season's", "Below 1 is better than repeating last season.", "figure"],
  [
    "smape",
    "Balanced error",
    "Miss as a share of the mean of forecast and sale; 200 % at worst.",
    "share",
  ],
  [
    "mape",
    "Percentage error",
    "Average miss as a share of the day's sale, days with sales only.",
    "percentage",
  ],
  ["accuracy", "Accuracy", "100 less the percentage error, not below 0.", "percentage"],
  ["r2_score", "Variation explained", "1 is perfect; 0 is no better than the average.", "figure"],
  [
    "coverage",
    "Days inside the range",
    "Share of days whose sale fell inside the forecast range.",
    "share",
  ],
];

/** The same for how well its ranges fit, which only the comparison of two models tells. */
export const RANGE_METRICS = [
  ["coverage_80", "Days inside the narrow range", "80 % are aimed at.", "share"],
  ["coverage_95", "Days inside the wide range", "95 % are aimed at.", "share"],
  ["width_80", "Width of the narrow range", "In units; of equal cover, narrower is better.", "figure"],
  ["width_95", "Width of the wide range", "In units; of equal cover, narrower is better.", "figure"],
  [
    "weighted_quantile_loss",
    "Error of the ranges",
    "What the whole range misses, as a share of everything sold.",
    "share",
  ],
];
