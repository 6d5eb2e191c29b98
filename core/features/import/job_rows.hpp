// Jobs come by the hundred thousand, so their rows are columns: PostgreSQL takes lists of texts and numbers in a
// fraction of the time that it takes apart as many JSON objects.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "features/import/row_set.hpp"

namespace portal::features::import {

enum class JobText : std::uint8_t {
  kExternalId,
  kDeleted,
  kReference,
  kClient,
  kSite,
  kStatus,
  kScheduledAt,
  kAddress,
  kLatitude,
  kLongitude,
  kEntrance,
  kFloor,
  kContact,
  kTemplate,
  kWorker,
  kTeam,
  kDescription,
  kCustomValues,
  kReportValues,
  kResolution,
  kIsSuccessful,
  kResolutionNote,
  kEnRouteAt,
  kStartedAt,
  kPausedAt,
  kFinishedAt,
  kCancelledAt,
};
inline constexpr std::size_t kJobTexts = static_cast<std::size_t>(JobText::kCancelledAt) + 1;

class JobRows final : public RowSet {
 public:
  void begin(const RowHead& head) override;
  // Values of the fields of an account are checked against `fields` and passed on as they stand in `text`.
  void read(json::ObjectReader& line, std::string_view text, const FieldTable& fields) override;
  void keep() override;
  void drop(std::size_t row) override { dropped_[row] = true; }
  pg::Query query(std::int64_t account_id, std::string_view apply) override;

  // Of the row that was begun; what is not set is nothing.
  void set(JobText column, std::string_view text) { texts_[static_cast<std::size_t>(column)].set(text); }
  void set_number(std::int64_t number) { numbers_.back() = number; }
  void set_duration(std::int64_t minutes) { durations_.back() = minutes; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  // One text of each row. One that no row has says nothing at all.
  class Texts {
   public:
    void set(std::string_view text) { begun_ = text; }
    void forget() { begun_.clear(); }
    // As the last of so many rows.
    void keep(std::size_t rows);
    std::string_view last() const { return begun_; }
    void leave_out(const std::vector<bool>& dropped);
    const pg::PackedTexts& kept() const { return kept_; }

   private:
    pg::PackedTexts kept_;
    std::string begun_;
  };

  // What lines name, each once; of lines that were dropped, too.
  using Names = std::unordered_set<std::string, Hash, std::equal_to<>>;

  void keep_name(Names& names, JobText column);
  const pg::PackedTexts& all(JobText column) const { return texts_[static_cast<std::size_t>(column)].kept(); }
  std::vector<std::int64_t> all(const std::vector<std::int64_t>& integers) const;

  std::array<Texts, kJobTexts> texts_;
  Names clients_;
  Names sites_;
  Names templates_;
  Names workers_;
  Names teams_;
  // Of these the last is of the row that was begun; 0, or -1 for a version, is nothing.
  std::vector<std::int64_t> lines_ = {0};
  std::vector<std::int64_t> versions_ = {-1};
  std::vector<std::int64_t> numbers_ = {0};
  std::vector<std::int64_t> durations_ = {0};
  std::vector<bool> dropped_;  // of the rows that were kept
};

}  // namespace portal::features::import
