// What stands in the activity without being part of a change: documents, invoices and quotes that members opened, wrong
// passwords. It is written outside the request, so that a reading stays one, and no answer tells by its time what was
// noted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/database.hpp"
#include "auth/remembered.hpp"
#include "io/loop.hpp"
#include "pg/lane.hpp"

namespace portal::edge {

class ActivityNotes {
 public:
  ActivityNotes(io::Loop& loop, pg::Lane& writes);

  // Readers fetch what they show in parts, so a part is noted only where this worker has noted nothing of the same
  // thing in the same session for an hour. Whoever asks for nothing but parts is noted all the same.
  enum class Extent : std::uint8_t { kWhole, kPart };

  // A member has opened something, which stands there as document_opened. `kind` outlives everything: "document".
  void note_opened(const access::Member& member, std::string_view kind, std::int64_t id, Extent extent);
  // Somebody of the staff has opened it as the member would: "document", "job_file".
  void note_viewed(const access::Staff& viewer, const access::Member& member, std::string_view kind, std::int64_t id,
                   Extent extent);
  // Somebody did not know the password of a member ("member") or of somebody of the staff ("staff").
  void note_sign_in_failure(std::int64_t account_id, std::string_view kind, std::int64_t id);

 private:
  struct Opened {
    access::Member member;
    std::string_view kind;
    std::int64_t id;
    std::optional<access::Staff> viewer = {};
  };
  // What was opened in which session, and when.
  struct Noted {
    std::int64_t account;
    access::SessionHash place;
    io::MonotonicTime at;

    static std::int64_t account_id(const Noted& noted) { return noted.account; }
    static const access::SessionHash& session_hash(const Noted& noted) { return noted.place; }
  };
  struct Failure {
    std::int64_t account_id;
    std::string_view kind;
    std::int64_t id;
  };

  bool has_room() const;
  bool is_known(const Opened& opened, Extent extent);
  void note(const Opened& opened, Extent extent);
  void wake_later();
  Task<void> flush(std::vector<Opened> opened, std::vector<Failure> failures);
  void on_timer() noexcept;

  io::Loop& loop_;
  pg::Lane& writes_;
  std::vector<Opened> opened_;
  auth::Remembered<Noted, Noted> noted_;
  std::vector<Failure> failures_;
  std::unique_ptr<io::Timer> timer_;
  Task<void> flushing_;
};

}  // namespace portal::edge
