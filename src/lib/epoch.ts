// Times as they are stored.

import { z } from "zod";

/** No later time can be written with four digits of a year. */
const YEAR_10000 = Date.UTC(10_000, 0);

/** Epoch ms. A number that is no date, such as 1e300, would throw wherever the time is shown. */
export const epochMs = z.number().min(0).max(YEAR_10000);
