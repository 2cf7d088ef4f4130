/** The oldest browsers that pages work in: the first that know `light-dark()`, which Tabler uses. */
export const BROWSERS = ["chrome123", "edge123", "firefox120", "safari17.5"];
