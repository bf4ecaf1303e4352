// Thousands of projects, like those of a large company's data teams: their titles and owners, and which are published.

import { seeded } from "../seeded.js";
import type { ProjectOptions } from "./types.js";

const DAY_MS = 86_400_000;

const TIMES = ["Daily", "Weekly", "Monthly", "Quarterly", "Nightly", "Hourly", "YTD", "FY26", "Q3", "Ad-hoc"];
const WHAT = [
  ...["revenue", "churn", "retention", "bookings", "pipeline", "inventory", "sign-ups", "activation", "NPS", "refunds"],
  ...[
    "margin",
    "headcount",
    "attrition",
    "latency",
    "incidents",
    "spend",
    "forecast",
    "budget",
    "renewals",
    "invoices",
  ],
  ...["conversion", "sessions", "shipments", "returns", "tickets", "usage", "ARR", "cohorts", "leads", "payroll"],
];
const HOW = [
  ...["report", "dashboard", "overview", "deep dive", "model", "analysis", "tracker", "QA", "backfill", "scorecard"],
  ...["by region", "by product", "by segment", "by channel", "for the board", "for finance", "vs plan", "anomalies"],
];
const WHERE = [
  ...["EMEA", "APAC", "LATAM", "North America", "DACH", "Nordics", "UK & Ireland", "Japan", "Brazil", "Benelux"],
  ...["France", "Iberia", "India", "ANZ", "Enterprise", "SMB", "Self-serve", "Marketplace"],
];
const OTHER_SCRIPTS = [
  ...["売上レポート", "週次売上（地域別）", "在庫スナップショット", "Übersicht Umsätze", "Kündigungsgründe"],
  ...["Prévision des ventes", "Análisis de bajas", "Отчёт по выручке", "Έσοδα ανά περιοχή", "매출 보고서"],
  ...[
    "รายงานยอดขาย",
    "تقرير الإيرادات",
    "דוח הכנסות",
    "销售预测",
    "बिक्री रिपोर्ट",
    "🚀 Launch metrics",
    "💰 Cash position",
  ],
];
const PEOPLE = [
  "ada",
  "grace",
  "linus",
  "olga",
  "margaret",
  "alan",
  "katherine",
  "edsger",
  "barbara",
  "donald",
  "radia",
];
const CATEGORIES = ["Finance", "Marketing", "Sales", "Product", "Data quality", "Customers", "People", "Operations"];
const LABELS = ["Approved", "In production", "In development", "Needs review", "Deprecated"];

/** The result is the same for the same count and seed, except for the ids. `now`: epoch ms. No project is older than five years. */
export function manyProjects(count: number, now: number, seed = 1): ProjectOptions[] {
  const random = seeded(seed);
  const one = <T>(list: readonly T[]): T => {
    const picked = list[Math.floor(random() * list.length)];
    if (picked === undefined) throw new Error("an empty list");
    return picked;
  };
  const titleOf = (): string => {
    if (random() < 0.04) return `${one(OTHER_SCRIPTS)} ${one(["", "2025", "v2", "EMEA", "(copy)"])}`.trim();
    const parts = [random() < 0.6 ? one(TIMES) : "", one(WHAT), random() < 0.8 ? one(HOW) : ""];
    const where = random() < 0.6 ? `${one([" – ", ", ", ": ", " ("])}${one(WHERE)}` : "";
    const kind = random();
    const end = kind < 0.06 ? " (copy)" : kind < 0.12 ? " v2" : kind < 0.2 ? ` ${2019 + Math.floor(random() * 8)}` : "";
    const title = parts.filter((part) => part !== "").join(" ") + where + (where.startsWith(" (") ? ")" : "") + end;
    return title.charAt(0).toUpperCase() + title.slice(1);
  };
  return Array.from({ length: count }, () => {
    const createdAt = now - Math.floor(random() * 5 * 365 * DAY_MS);
    const lastEditedAt = createdAt + Math.floor(random() * (now - createdAt));
    const published = random() < 0.6;
    return {
      title: titleOf(),
      description: random() < 0.5 ? `${one(HOW)} of ${one(WHAT)} and ${one(WHAT)} in ${one(WHERE)}.` : null,
      ownerEmail: `${one(PEOPLE)}@acme.test`,
      categories: random() < 0.5 ? [one(CATEGORIES)] : [],
      ...(random() < 0.3 ? { status: one(LABELS) } : {}),
      createdAt,
      lastEditedAt,
      published,
      ...(published ? { publishedAt: createdAt + Math.floor(random() * (lastEditedAt - createdAt)) } : {}),
      version: 1 + Math.floor(random() * 40),
      run: { pendingMs: 1_000 + Math.floor(random() * 4_000), runningMs: 5_000 + Math.floor(random() * 120_000) },
    };
  });
}
