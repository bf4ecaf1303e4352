// What every run has, and an approval, for tests of messages about runs.

export const AT = Date.UTC(2026, 10, 2, 9, 30);

export const PLAIN_RUN = {
  key: "k",
  project: { id: "p", title: "Revenue" },
  options: { inputs: {}, fresh: false, publish: false, view: null },
  requester: "U1",
  trigger: null,
  requestedAt: AT,
  reference: "r",
  typicalMs: null,
  overdue: null,
  again: null,
  approval: null,
};

/** Nobody has approved it. */
export const APPROVAL = {
  verb: "run" as const,
  place: null,
  told: true,
  posting: null,
  questions: [],
  by: [],
  rule: { number: 1, name: null },
  until: AT,
  approved: null,
  isEndTold: false,
  hopeless: null,
};
