// What invoices and quotes have in common: papers of one day, with a number, an amount, perhaps a job and a file, of
// which there are lists, the newest first.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/choice.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/cursor.hpp"
#include "json/writer.hpp"

namespace portal::features {

// What a page asks of a list, checked.
struct PaperQuery {
  std::optional<std::string_view> kind;  // as the statements name it
  std::int64_t limit = 20;
  std::optional<std::string> cursor;
  bool counts = false;                    // members ask for it
  std::optional<std::int64_t> client_id;  // staff do
  std::optional<std::string> text;        // likewise
};

using PaperKinds = std::span<const Choice<std::string_view>>;

// `query` as it stands in the address. kInvalidField, kUnknownParameter, or kInvalidRequest for what is no query.
Result<PaperQuery> parse_member_query(std::string_view query, PaperKinds kinds);
Result<PaperQuery> parse_staff_query(std::string_view query, PaperKinds kinds);

// Where a page ended: at its last one.
struct PaperPosition {
  Date issued_on;
  std::int64_t id = 0;
};

// Adds the filters of the list to whose it is: a cursor is good only for both.
crypto::Context with_filters(crypto::Context context, const PaperQuery& list);

std::string sign_position(const PaperPosition& position, const crypto::Context& context, const crypto::Keyring& keys);
// The place in list.cursor, absent at the beginning. kInvalidCursor.
Result<std::optional<PaperPosition>> open_position(const PaperQuery& list, const crypto::Context& context,
                                                   const crypto::Keyring& keys);

// What staff send to show it to members or hide it: {"visible"}. kInvalidJson, kInvalidField.
Result<bool> read_visible(std::string_view text);

// For how long an answer stays true by itself: until the first of what stands in it has another state.
class Validity {
 public:
  // By what a row says; null: it does not change by itself.
  void limit(std::optional<std::int64_t> milliseconds) {
    if (!milliseconds) return;
    const std::chrono::milliseconds least(*milliseconds);
    valid_for_ = valid_for_ ? std::min(*valid_for_, least) : least;
  }
  std::optional<std::chrono::milliseconds> get() const { return valid_for_; }

 private:
  std::optional<std::chrono::milliseconds> valid_for_;
};

// The schema Money.
void write_money(json::Writer& writer, std::int64_t amount, std::string_view currency);
// The member "job".
void write_linked_job(json::Writer& writer, std::optional<std::int64_t> job_id, std::optional<std::int64_t> number);

struct PaperFile {
  std::string_view number;  // after which it is named
  std::string_view media_type;
  std::int64_t bytes = 0;
  std::string url;
};
// The member "file".
void write_file(json::Writer& writer, const std::optional<PaperFile>& file);

}  // namespace portal::features
