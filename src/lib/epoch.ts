// Stored times.

import { z } from "zod";

/** From here on, years have more than four digits. */
export const YEAR_10000 = Date.UTC(10_000, 0);

/** Epoch ms. A number that is not a date, such as 1e300, would throw wherever the time is shown. */
export const epochMs = z.number().min(0).max(YEAR_10000);
