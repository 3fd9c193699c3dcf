-- The schema of store version 6, as released. Never edited.

CREATE TABLE "users" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "name" TEXT,
   "email" TEXT,
   "team_id" TEXT,
   "manager_id" TEXT,
   "active" INTEGER,
   "hired_on" TEXT,
   "left_on" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "teams" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "name" TEXT,
   "parent_id" TEXT,
   "manager_id" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "accounts" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "name" TEXT,
   "owner_id" TEXT,
   "team_id" TEXT,
   "segment" TEXT,
   "industry" TEXT,
   "region" TEXT,
   "tax_number" TEXT,
   "phone" TEXT,
   "email_domain" TEXT,
   "created_at" TEXT,
   "status" TEXT,
   "churn_reason" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "contacts" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "name" TEXT,
   "account_id" TEXT,
   "owner_id" TEXT,
   "email" TEXT,
   "phone" TEXT,
   "created_at" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "leads" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "owner_id" TEXT,
   "source" TEXT,
   "campaign_id" TEXT,
   "status" TEXT,
   "created_at" TEXT,
   "qualified_at" TEXT,
   "converted_at" TEXT,
   "account_id" TEXT,
   "deal_id" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "deals" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "name" TEXT,
   "account_id" TEXT,
   "contact_id" TEXT,
   "owner_id" TEXT,
   "team_id" TEXT,
   "pipeline" TEXT,
   "stage" TEXT,
   "outcome" TEXT NOT NULL,
   "amount" INTEGER,
   "currency" TEXT,
   "probability" REAL,
   "product" TEXT,
   "type" TEXT,
   "source" TEXT,
   "campaign_id" TEXT,
   "lost_reason" TEXT,
   "created_at" TEXT,
   "engaged_on" TEXT,
   "expected_close_on" TEXT,
   "closed_on" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "deal_stage_changes" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "deal_id" TEXT NOT NULL,
   "from_stage" TEXT,
   "to_stage" TEXT,
   "amount" INTEGER,
   "currency" TEXT,
   "changed_at" TEXT NOT NULL,
   "changed_by_id" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "orders" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "account_id" TEXT,
   "owner_id" TEXT,
   "deal_id" TEXT,
   "number" TEXT,
   "status" TEXT,
   "amount" INTEGER,
   "refunded_amount" INTEGER,
   "cost_amount" INTEGER,
   "currency" TEXT,
   "ordered_on" TEXT,
   "promised_on" TEXT,
   "delivered_on" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "subscriptions" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "account_id" TEXT,
   "started_on" TEXT,
   "ended_on" TEXT,
   "renewal_on" TEXT,
   "monthly_amount" INTEGER,
   "currency" TEXT,
   "status" TEXT,
   "churn_reason" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "cases" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "account_id" TEXT,
   "contact_id" TEXT,
   "owner_id" TEXT,
   "team_id" TEXT,
   "channel" TEXT,
   "type" TEXT,
   "topic" TEXT,
   "priority" TEXT,
   "status" TEXT,
   "is_complaint" INTEGER,
   "created_at" TEXT,
   "first_response_at" TEXT,
   "first_resolved_at" TEXT,
   "resolved_at" TEXT,
   "closed_at" TEXT,
   "reopen_count" INTEGER,
   "reassign_count" INTEGER,
   "customer_reply_count" INTEGER,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "activities" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "kind" TEXT NOT NULL,
   "account_id" TEXT,
   "contact_id" TEXT,
   "deal_id" TEXT,
   "lead_id" TEXT,
   "owner_id" TEXT,
   "direction" TEXT,
   "due_at" TEXT,
   "started_at" TEXT,
   "done_at" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "campaigns" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "name" TEXT,
   "kind" TEXT,
   "status" TEXT,
   "started_on" TEXT,
   "ended_on" TEXT,
   "cost_amount" INTEGER,
   "currency" TEXT,
   "sent_count" INTEGER,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "campaign_members" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "campaign_id" TEXT NOT NULL,
   "contact_id" TEXT,
   "lead_id" TEXT,
   "account_id" TEXT,
   "added_at" TEXT,
   "delivered_at" TEXT,
   "responded_at" TEXT,
   "converted_at" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "survey_responses" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "kind" TEXT NOT NULL,
   "account_id" TEXT,
   "contact_id" TEXT,
   "case_id" TEXT,
   "owner_id" TEXT,
   "user_id" TEXT,
   "topic" TEXT,
   "comment" TEXT,
   "score" REAL,
   "scale_min" REAL,
   "scale_max" REAL,
   "sent_at" TEXT,
   "answered_at" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "costs" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "category" TEXT NOT NULL,
   "campaign_id" TEXT,
   "team_id" TEXT,
   "starts_on" TEXT NOT NULL,
   "ends_on" TEXT NOT NULL,
   "amount" INTEGER NOT NULL,
   "currency" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "trainings" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "user_id" TEXT NOT NULL,
   "course" TEXT,
   "assigned_on" TEXT,
   "due_on" TEXT,
   "completed_on" TEXT,
   "score" REAL,
   "passed" INTEGER,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "fx_rates" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "from_currency" TEXT NOT NULL,
   "to_currency" TEXT NOT NULL,
   "valid_on" TEXT NOT NULL,
   "rate" TEXT NOT NULL,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "customer_links" (
   "connection" TEXT NOT NULL,
   "id" TEXT NOT NULL,
   "modified_at" TEXT,
   "deleted_at" TEXT,
   "customer_id" TEXT NOT NULL,
   "account_connection" TEXT NOT NULL,
   "account_id" TEXT NOT NULL,
   "evidence" TEXT,
   "confidence" REAL,
   "confirmed_at" TEXT,
   "confirmed_by" TEXT,
   PRIMARY KEY ("connection", "id")
) STRICT;

CREATE TABLE "extra_columns" (
   "table_name" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "type" TEXT NOT NULL,
   PRIMARY KEY ("table_name", "name")
) STRICT;

CREATE TABLE "sync_state" (
   "connection" TEXT NOT NULL,
   "key" TEXT NOT NULL,
   "state" TEXT NOT NULL,
   "basis" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   PRIMARY KEY ("connection", "key")
) STRICT;

CREATE TABLE "coverage" (
   "connection" TEXT NOT NULL,
   "module" TEXT NOT NULL,
   "table_name" TEXT NOT NULL,
   "vendor_count" INTEGER,
   "arrived" INTEGER NOT NULL,
   "facts" INTEGER NOT NULL,
   "quarantined" INTEGER NOT NULL,
   "deleted" INTEGER NOT NULL,
   "complete" INTEGER NOT NULL,
   "checked_at" TEXT NOT NULL,
   "accepted" INTEGER,
   "agreed" INTEGER,
   "read_whole_at" TEXT,
   "difference_then" INTEGER,
   "note" TEXT,
   PRIMARY KEY ("connection", "module", "table_name")
) STRICT;

CREATE TABLE "readings" (
   "number" INTEGER PRIMARY KEY,
   "connection" TEXT NOT NULL,
   "module" TEXT NOT NULL,
   "table_name" TEXT NOT NULL,
   "first" INTEGER NOT NULL,
   "run_id" INTEGER NOT NULL
) STRICT;

CREATE INDEX "idx_readings_connection_module_table_name"
    ON "readings" ("connection", "module", "table_name");

CREATE TABLE "reading_ids" (
   "reading" INTEGER NOT NULL,
   "record_id" TEXT NOT NULL,
   PRIMARY KEY ("reading", "record_id")
) STRICT;

CREATE TABLE "sources" (
   "connection" TEXT PRIMARY KEY NOT NULL,
   "identity" TEXT NOT NULL,
   "title" TEXT NOT NULL,
   "first_seen_at" TEXT NOT NULL,
   "credits_a_day" INTEGER
) STRICT;

CREATE TABLE "credits" (
   "connection" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "credits" INTEGER NOT NULL,
   PRIMARY KEY ("connection", "at")
) STRICT;

CREATE TABLE "withheld" (
   "connection" TEXT NOT NULL,
   "module" TEXT NOT NULL,
   "table_name" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "field" TEXT NOT NULL,
   "found_at" TEXT NOT NULL,
   PRIMARY KEY ("connection", "module", "table_name", "name")
) STRICT;

CREATE TABLE "quarantine" (
   "number" INTEGER PRIMARY KEY,
   "connection" TEXT NOT NULL,
   "table_name" TEXT NOT NULL,
   "module" TEXT NOT NULL,
   "record_id" TEXT,
   "source" TEXT,
   "position" INTEGER,
   "field" TEXT,
   "value" TEXT,
   "reason" TEXT NOT NULL,
   "raw" TEXT,
   "run_id" INTEGER,
   "found_at" TEXT NOT NULL,
   "message" TEXT
) STRICT;

CREATE INDEX "idx_quarantine_connection_table_name_record_id"
    ON "quarantine" ("connection", "table_name", "record_id");

CREATE TABLE "issues" (
   "number" INTEGER PRIMARY KEY,
   "connection" TEXT NOT NULL,
   "table_name" TEXT NOT NULL,
   "record_id" TEXT,
   "source" TEXT,
   "position" INTEGER,
   "field" TEXT,
   "value" TEXT,
   "reason" TEXT NOT NULL,
   "run_id" INTEGER,
   "found_at" TEXT NOT NULL,
   "message" TEXT,
   "module" TEXT
) STRICT;

CREATE INDEX "idx_issues_connection_table_name_record_id"
    ON "issues" ("connection", "table_name", "record_id");

CREATE TABLE "runs" (
   "run_id" INTEGER PRIMARY KEY,
   "command" TEXT NOT NULL,
   "started_at" TEXT NOT NULL,
   "finished_at" TEXT,
   "status" TEXT NOT NULL,
   "data_as_of" TEXT,
   "summary" TEXT
) STRICT;

CREATE TABLE "kpi_values" (
   "connection" TEXT NOT NULL,
   "kpi" TEXT NOT NULL,
   "scope" TEXT NOT NULL,
   "scope_id" TEXT NOT NULL,
   "period" TEXT NOT NULL,
   "period_start" TEXT NOT NULL,
   "period_end" TEXT,
   "numerator" INTEGER,
   "denominator" INTEGER,
   "n" INTEGER,
   "value" REAL,
   "unit" TEXT,
   "currency" TEXT,
   "ci_low" REAL,
   "ci_high" REAL,
   "status" TEXT NOT NULL,
   "excluded" INTEGER,
   "as_of" TEXT,
   "data_as_of" TEXT,
   "definition" TEXT,
   "assumptions" TEXT,
   "run_id" INTEGER NOT NULL,
   PRIMARY KEY ("connection", "kpi", "scope", "scope_id", "period", "period_start")
) STRICT;

CREATE TABLE "computed" (
   "basis" TEXT PRIMARY KEY NOT NULL,
   "as_of" TEXT NOT NULL,
   "run_id" INTEGER
) STRICT;

CREATE TABLE "gaps" (
   "target_id" TEXT NOT NULL,
   "connection" TEXT NOT NULL,
   "kpi" TEXT NOT NULL,
   "scope" TEXT NOT NULL,
   "scope_id" TEXT NOT NULL,
   "period" TEXT NOT NULL,
   "period_start" TEXT NOT NULL,
   "period_end" TEXT,
   "actual" REAL,
   "target" REAL,
   "baseline" REAL,
   "unit" TEXT,
   "currency" TEXT,
   "gap" REAL,
   "attainment" REAL,
   "progress" REAL,
   "expected" REAL,
   "pace" REAL,
   "forecast" REAL,
   "p_hit" REAL,
   "rag" TEXT,
   "status" TEXT NOT NULL,
   "run_id" INTEGER NOT NULL,
   "target_low" REAL,
   "target_high" REAL,
   "trailing" REAL,
   "green_from" REAL,
   "amber_from" REAL,
   "judged" TEXT,
   "judged_at" TEXT,
   PRIMARY KEY ("target_id", "connection", "kpi", "scope", "scope_id", "period", "period_start")
) STRICT;

CREATE TABLE "baselines" (
   "target_id" TEXT NOT NULL,
   "version" INTEGER NOT NULL,
   "connection" TEXT NOT NULL,
   "kpi" TEXT NOT NULL,
   "scope" TEXT NOT NULL,
   "scope_id" TEXT NOT NULL,
   "period" TEXT NOT NULL,
   "period_start" TEXT NOT NULL,
   "value" REAL NOT NULL,
   "n" INTEGER,
   "status" TEXT NOT NULL,
   "as_of" TEXT NOT NULL,
   "definition" TEXT NOT NULL,
   "run_id" INTEGER,
   PRIMARY KEY ("target_id", "version")
) STRICT;

CREATE TABLE "plans" (
   "plan_id" TEXT PRIMARY KEY NOT NULL,
   "created_at" TEXT NOT NULL,
   "as_of" TEXT,
   "basis" TEXT,
   "status" TEXT NOT NULL,
   "predicted_calls" INTEGER,
   "summary" TEXT
) STRICT;

CREATE TABLE "changes" (
   "number" INTEGER PRIMARY KEY,
   "id" TEXT NOT NULL,
   "plan_id" TEXT NOT NULL,
   "connection" TEXT NOT NULL,
   "target" TEXT NOT NULL,
   "record_id" TEXT NOT NULL,
   "fields" TEXT NOT NULL,
   "status" TEXT NOT NULL,
   "message" TEXT,
   "attempts" INTEGER NOT NULL,
   "at" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_changes_connection_target_status"
    ON "changes" ("connection", "target", "status");

CREATE INDEX "idx_changes_plan_id_status"
    ON "changes" ("plan_id", "status");

CREATE UNIQUE INDEX "idx_changes_id"
    ON "changes" ("id");

CREATE TABLE "acknowledged" (
   "connection" TEXT NOT NULL,
   "target" TEXT NOT NULL,
   "record_id" TEXT NOT NULL,
   "fields" TEXT NOT NULL,
   "mark" BLOB NOT NULL,
   "at" TEXT NOT NULL,
   PRIMARY KEY ("connection", "target", "record_id")
) STRICT;

CREATE TABLE "write_targets" (
   "connection" TEXT NOT NULL,
   "target" TEXT NOT NULL,
   "basis" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   PRIMARY KEY ("connection", "target")
) STRICT;

CREATE TABLE "write_places" (
   "connection" TEXT NOT NULL,
   "target" TEXT NOT NULL,
   "module" TEXT NOT NULL,
   "field" TEXT NOT NULL,
   "shape" TEXT NOT NULL,
   "seen_at" TEXT NOT NULL,
   PRIMARY KEY ("connection", "target", "module", "field")
) STRICT;

CREATE TABLE "confirmations" (
   "digest" TEXT PRIMARY KEY NOT NULL,
   "confirmed_at" TEXT NOT NULL,
   "confirmed_by" TEXT
) STRICT;

CREATE TABLE "failed_kpis" (
   "kpi" TEXT NOT NULL PRIMARY KEY,
   "run_id" INTEGER
) STRICT;
