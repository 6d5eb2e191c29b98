#include "features/import/job_rows.hpp"

#include <algorithm>
#include <utility>

#include "sql/import_jobs.hpp"

namespace portal::features::import {
namespace {

std::vector<std::string_view> views(const auto& names) { return {names.begin(), names.end()}; }

}  // namespace

void JobRows::Texts::keep(std::size_t rows) {
  if (kept_.empty() && begun_.empty()) return;
  while (kept_.count() + 1 < rows) kept_.push_back({});
  kept_.push_back(begun_);
}

void JobRows::Texts::leave_out(const std::vector<bool>& dropped) {
  if (!kept_.empty()) kept_ = kept_.without(dropped);
}

std::vector<std::int64_t> JobRows::all(const std::vector<std::int64_t>& integers) const {
  std::vector<std::int64_t> kept;
  kept.reserve(dropped_.size());
  for (std::size_t row = 0; row < dropped_.size(); ++row) {
    if (!dropped_[row]) kept.push_back(integers[row]);
  }
  return kept;
}

void JobRows::begin(const RowHead& head) {
  for (Texts& texts : texts_) texts.forget();
  lines_.back() = head.line;
  versions_.back() = head.version.value_or(-1);
  numbers_.back() = durations_.back() = 0;
  set(JobText::kExternalId, head.external_id);
  if (head.deleted) set(JobText::kDeleted, "true");
}

void JobRows::keep_name(Names& names, JobText column) {
  const std::string_view name = texts_[static_cast<std::size_t>(column)].last();
  if (!name.empty() && !names.contains(name)) names.emplace(name);
}

void JobRows::keep() {
  keep_name(clients_, JobText::kClient);
  keep_name(sites_, JobText::kSite);
  keep_name(templates_, JobText::kTemplate);
  keep_name(workers_, JobText::kWorker);
  keep_name(teams_, JobText::kTeam);
  dropped_.push_back(false);
  for (Texts& texts : texts_) texts.keep(dropped_.size());
  for (std::vector<std::int64_t>* integers : {&lines_, &versions_, &numbers_, &durations_}) integers->push_back(0);
}

pg::Query JobRows::query(std::int64_t account_id, std::string_view apply) {
  if (std::ranges::find(dropped_, true) != dropped_.end()) {
    for (Texts& texts : texts_) texts.leave_out(dropped_);
  }
  pg::Query query = sql::import_jobs(
      account_id, apply, all(lines_), all(JobText::kExternalId), all(versions_), all(JobText::kDeleted), all(numbers_),
      all(JobText::kReference), all(JobText::kClient), all(JobText::kSite), all(JobText::kStatus),
      all(JobText::kScheduledAt), all(durations_), all(JobText::kAddress), all(JobText::kLatitude),
      all(JobText::kLongitude), all(JobText::kEntrance), all(JobText::kFloor), all(JobText::kContact),
      all(JobText::kTemplate), all(JobText::kWorker), all(JobText::kTeam), all(JobText::kDescription),
      all(JobText::kCustomValues), all(JobText::kReportValues), all(JobText::kResolution), all(JobText::kIsSuccessful),
      all(JobText::kResolutionNote), all(JobText::kEnRouteAt), all(JobText::kStartedAt), all(JobText::kPausedAt),
      all(JobText::kFinishedAt), all(JobText::kCancelledAt), views(clients_), views(sites_), views(templates_),
      views(workers_), views(teams_));
  // The statement has a copy of its own, and takes long to be answered.
  const auto done = std::exchange(texts_, {});
  return query;
}

}  // namespace portal::features::import
