#include "features/import/job_rows.hpp"

#include <unordered_set>

#include "sql/import_jobs.hpp"

namespace portal::features::import {
namespace {

// Each once, without those that are nothing.
std::vector<std::string_view> distinct(const std::vector<std::string_view>& texts) {
  std::unordered_set<std::string_view> seen(texts.begin(), texts.end());
  seen.erase(std::string_view());
  return {seen.begin(), seen.end()};
}

}  // namespace

void JobRows::Texts::keep(std::size_t rows) {
  if (bytes_.empty()) return;
  ends_.resize(rows - 1, end_of_kept());
  ends_.push_back(bytes_.size());
}

std::vector<std::string_view> JobRows::Texts::all(const std::vector<bool>& dropped) const {
  std::vector<std::string_view> views;
  if (ends_.empty()) return views;
  views.reserve(dropped.size());
  std::size_t begin = 0;
  for (std::size_t row = 0; row < dropped.size(); ++row) {
    const std::size_t end = row < ends_.size() ? ends_[row] : bytes_.size();
    if (!dropped[row]) views.push_back(std::string_view(bytes_).substr(begin, end - begin));
    begin = end;
  }
  return views;
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

void JobRows::keep() {
  dropped_.push_back(false);
  for (Texts& texts : texts_) texts.keep(dropped_.size());
  for (std::vector<std::int64_t>* integers : {&lines_, &versions_, &numbers_, &durations_}) integers->push_back(0);
}

pg::Query JobRows::query(std::int64_t account_id, std::string_view apply) {
  const std::vector<std::string_view> clients = all(JobText::kClient);
  const std::vector<std::string_view> sites = all(JobText::kSite);
  const std::vector<std::string_view> templates = all(JobText::kTemplate);
  const std::vector<std::string_view> workers = all(JobText::kWorker);
  const std::vector<std::string_view> teams = all(JobText::kTeam);
  return sql::import_jobs(
      account_id, apply, all(lines_), all(JobText::kExternalId), all(versions_), all(JobText::kDeleted), all(numbers_),
      all(JobText::kReference), clients, sites, all(JobText::kStatus), all(JobText::kScheduledAt), all(durations_),
      all(JobText::kAddress), all(JobText::kLatitude), all(JobText::kLongitude), all(JobText::kEntrance),
      all(JobText::kFloor), all(JobText::kContact), templates, workers, teams, all(JobText::kDescription),
      all(JobText::kCustomValues), all(JobText::kReportValues), all(JobText::kResolution), all(JobText::kIsSuccessful),
      all(JobText::kResolutionNote), all(JobText::kEnRouteAt), all(JobText::kStartedAt), all(JobText::kPausedAt),
      all(JobText::kFinishedAt), all(JobText::kCancelledAt), distinct(clients), distinct(sites), distinct(templates),
      distinct(workers), distinct(teams));
}

}  // namespace portal::features::import
