#include "platform/sweep/sweep_store.h"

#include "platform/trace/number_text.h"

namespace kasane {
namespace {

/// Counts up whenever a table's columns change.
constexpr int schema_version = 3;

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

/// ", prefix.column" for every metric.
std::string metric_list(const std::string& before, const std::string& after = "") {
  std::string list;
  for (const MetricColumn& column : metric_columns) list += ", " + before + column.name + after;
  return list;
}

}  // namespace

SweepStore::SweepStore(const std::filesystem::path& file) : database_(file) {
  Statement version(database_, "PRAGMA user_version");
  version.step();
  const double found = version.number(0);
  if (found != 0 && found != schema_version) {
    throw DatabaseError(file.string() + ": is of another version of kasane (" +
                        std::to_string(static_cast<int>(found)) + ", expected " +
                        std::to_string(schema_version) +
                        "): move it away, or choose another folder by --out");
  }
  database_.execute(
      "PRAGMA user_version = " + std::to_string(schema_version) +
      ";"
      "CREATE TABLE IF NOT EXISTS runs (fingerprint TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT"
      ", host_seconds REAL" +
      metric_list("", " REAL") +
      ");"
      "CREATE TABLE IF NOT EXISTS run_blocks (fingerprint TEXT NOT NULL, block TEXT NOT NULL, count REAL"
      ", dynamic_joules_per_image REAL, leakage_joules_per_image REAL, busy_share REAL, area_mm2 REAL"
      ", PRIMARY KEY (fingerprint, block))");
}

void SweepStore::define(const SweepDefinition& sweep, const std::vector<SweepPoint>& points,
                        const std::vector<std::string>& fingerprints) {
  std::string axes;
  std::string parameters;
  for (const SweepAxis& axis : sweep.axes) {
    axes += ", " + quoted(axis.name);
    parameters += ", ?";
  }
  Transaction transaction(database_);
  database_.execute(
      "DROP VIEW IF EXISTS results; DROP TABLE IF EXISTS points; CREATE TABLE points "
      "(point INTEGER PRIMARY KEY, scenario TEXT" +
      axes + ", fingerprint TEXT)");
  database_.execute("CREATE VIEW results AS SELECT point, scenario" + axes +
                    ", coalesce(status, 'missing') AS status, reason" + metric_list("") +
                    " FROM points LEFT JOIN runs USING (fingerprint) ORDER BY point");
  database_.execute(
      "DROP TABLE IF EXISTS sweep; CREATE TABLE sweep (name TEXT, description TEXT, count_axis TEXT"
      ", curve_axis TEXT, accuracy_loss REAL)");
  Statement(database_, "INSERT INTO sweep VALUES (?, ?, ?, ?, ?)")
      .bind(1, sweep.name)
      .bind(2, sweep.description)
      .bind(3, sweep.report.count)
      .bind(4, sweep.report.curves)
      .bind(5, sweep.report.accuracy_loss)
      .run();
  Statement insert(database_, "INSERT INTO points VALUES (?, ?" + parameters + ", ?)");
  for (std::size_t index = 0; index < points.size(); ++index) {
    int parameter = 1;
    insert.bind(parameter++, static_cast<double>(index));
    insert.bind(parameter++, points[index].scenario.label);
    for (const auto& label : points[index].labels) insert.bind(parameter++, label);
    insert.bind(parameter, fingerprints[index]).run();
  }
  transaction.commit();
}

bool SweepStore::has(const std::string& fingerprint) {
  Statement query(database_, "SELECT 1 FROM runs WHERE fingerprint = ? AND status = 'ok'");
  return query.bind(1, fingerprint).step();
}

void SweepStore::put_run(const std::string& fingerprint, const std::string& status,
                         const std::optional<std::string>& reason, const PointMetrics* metrics,
                         double host_seconds) {
  std::string parameters = "?, ?, ?, ?";
  for (std::size_t column = 0; column < metric_columns.size(); ++column) parameters += ", ?";
  Statement insert(database_, "INSERT OR REPLACE INTO runs VALUES (" + parameters + ")");
  insert.bind(1, fingerprint).bind(2, status).bind(3, reason).bind(4, host_seconds);
  int index = 4;
  for (const MetricColumn& column : metric_columns) {
    ++index;
    if (metrics != nullptr) insert.bind(index, metrics->*column.value);
  }
  insert.run();
}

void SweepStore::put(const std::string& fingerprint, const RunMetrics& metrics, double host_seconds) {
  Transaction transaction(database_);
  put_run(fingerprint, "ok", std::nullopt, &metrics.point, host_seconds);
  Statement insert(database_, "INSERT OR REPLACE INTO run_blocks VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const BlockMetrics& block : metrics.blocks) {
    insert.bind(1, fingerprint).bind(2, block.block).bind(3, block.count);
    insert.bind(4, block.dynamic_joules_per_image).bind(5, block.leakage_joules_per_image);
    insert.bind(6, block.busy_share).bind(7, block.area_mm2).run();
  }
  transaction.commit();
}

void SweepStore::put_failure(const std::string& fingerprint, const std::string& reason, double host_seconds) {
  Transaction transaction(database_);
  put_run(fingerprint, "failed", reason, nullptr, host_seconds);
  transaction.commit();
}

SweepTally SweepStore::tally() {
  SweepTally tally;
  Statement rows(database_, "SELECT status, reason FROM results");
  while (rows.step()) {
    ++tally.points;
    if (rows.text(0) == "ok") ++tally.done;
    if (rows.text(0) != "failed") continue;
    if (tally.failed++ == 0) tally.first_reason = rows.text(1);
  }
  return tally;
}

std::string SweepStore::csv() {
  Statement rows(database_, "SELECT * FROM results");
  std::string text;
  for (int column = 0; column < rows.columns(); ++column)
    text += (column == 0 ? "" : ",") + csv_field(rows.column_name(column));
  text += '\n';
  while (rows.step()) {
    for (int column = 0; column < rows.columns(); ++column) {
      if (column > 0) text += ',';
      if (rows.is_number(column)) {
        append_number(text, rows.number(column));
      } else {
        text += csv_field(rows.text(column));  // nothing where it is null
      }
    }
    text += '\n';
  }
  return text;
}

}  // namespace kasane
