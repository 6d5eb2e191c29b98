#include "features/work_requests/forms.hpp"

#include <array>
#include <optional>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features::work_requests {
namespace {

constexpr TextLength kSubject{.maximum = limits::kWorkRequestSubjectCharacters};
constexpr TextLength kNotes{.maximum = limits::kWorkRequestNotesCharacters};
constexpr TextLength kReply{.maximum = limits::kWorkRequestReplyCharacters};
constexpr TextLength kDate{.maximum = 10};
constexpr TextLength kTime{.maximum = 5};

template <std::size_t count>
constexpr auto words(std::array<std::string_view, count> list) {
  std::array<Choice<std::string_view>, count> choices{};
  for (std::size_t index = 0; index < count; ++index) choices[index] = {list[index], list[index]};
  return choices;
}
constexpr auto kStates = words<6>({"submitted", "acknowledged", "scheduled", "completed", "declined", "cancelled"});
constexpr auto kAnswers = words<4>({"acknowledged", "scheduled", "completed", "declined"});
constexpr auto kCancelled = words<1>({"cancelled"});

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// "HH:MM"
bool is_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const std::size_t at : {0UZ, 1UZ, 3UZ, 4UZ}) {
    if (!is_digit(text[at])) return false;
  }
  return text.substr(0, 2) < "24" && text[3] < '6';
}

void copy_wish(json::ObjectReader& body, json::Writer& content) {
  const std::optional<std::string> date = body.optional_text("preferred_date", kDate);
  const std::optional<std::string> time = body.optional_text("preferred_time", kTime);
  if (date && !parse_date(*date)) body.add_error("preferred_date", "invalid_date");
  if (time && !is_time_of_day(*time)) body.add_error("preferred_time", "invalid_text");
  if (time && !date) body.add_error("preferred_date", "required");
  if (date) content.member("preferred_date", *date);
  if (time) content.member("preferred_time", *time);
}

}  // namespace

Result<std::string> read_new_request(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  body.drop_nulls();
  json::Writer content;
  std::string subject = body.text("subject", kSubject);
  if (!subject.empty()) json::trim_line(body, "subject", subject);
  content.begin_object().member("subject", subject);
  const std::optional<std::string> notes = body.optional_text("notes", kNotes);
  json::require_lines(body, "notes", notes);
  if (notes) content.member("notes", *notes);
  if (const auto site_id = body.optional_id("site_id")) content.id_member("site_id", *site_id);
  copy_wish(body, content);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return content.end_object().take();
}

Result<Answer> read_answer(std::string_view text, const JobMember& job) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  json::Writer content;
  Answer answer{.former_state = body.choice("former_state", kStates), .content = {}};
  content.begin_object();
  if (const auto state = body.optional_choice("state", kAnswers)) content.member("state", *state);
  if (const auto reply = body.nullable_text("reply", kReply)) {
    json::require_lines(body, "reply", *reply);
    if (*reply && (*reply)->find_first_not_of(" \t\r\n") == std::string::npos) body.add_error("reply", "too_short");
    content.member("reply", *reply);
  }
  if (const auto former = body.nullable_text("former_reply", kReply)) content.member("former_reply", *former);
  if (const auto named = body.nullable_text(job.name, {.maximum = job.characters})) content.member(job.name, *named);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  answer.content = content.end_object().take();
  return answer;
}

Result<void> read_cancellation(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  static_cast<void>(body.choice("state", kCancelled));
  return body.finish();
}

}  // namespace portal::features::work_requests
