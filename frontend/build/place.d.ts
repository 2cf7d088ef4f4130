/** Where a build reads and writes. */
export interface Place {
  /** The folder `frontend`. */
  here: string;
  /** The Python package of the pages. */
  site: string;
  /** The folder that is filled. */
  folder: string;
}
