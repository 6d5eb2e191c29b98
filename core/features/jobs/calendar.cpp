#include "features/jobs/calendar.hpp"

#include <algorithm>

#include "base/ids.hpp"
#include "base/utf8.hpp"

namespace portal::features::jobs {
namespace {

constexpr std::size_t kLineBytes = 75;  // RFC 5545, 3.1: longer lines are folded

void append_line(std::string& text, std::string_view line) {
  std::size_t room = kLineBytes;
  while (line.size() > room) {
    const std::string_view part = truncate_text(line, room);
    text.append(part).append("\r\n ");
    line.remove_prefix(part.size());
    room = kLineBytes - 1;  // the blank that goes before the rest
  }
  text.append(line).append("\r\n");
}

// What some programs take for the end of a line: U+0085, U+2028 and U+2029.
std::size_t other_line_end(std::string_view text) {
  if (text.starts_with("\u0085")) return 2;
  return text.starts_with("\u2028") || text.starts_with("\u2029") ? 3 : 0;
}

// RFC 5545, 3.3.11. Control characters but the end of a line have no form there.
std::string escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + 16);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char character = text[at];
    if (const std::size_t length = other_line_end(text.substr(at)); length > 0) {
      escaped += "\\n";
      at += length - 1;
    } else if (character == '\n') {
      escaped += "\\n";
    } else if (character == '\\' || character == ';' || character == ',') {
      escaped += '\\';
      escaped += character;
    } else if (static_cast<unsigned char>(character) >= ' ' && character != '\x7F') {
      escaped += character;
    }
  }
  return escaped;
}

// "20261122T140000Z"
std::string format_time(Timestamp time) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
  std::erase_if(text, [](char character) { return character == '-' || character == ':'; });
  return text;
}

std::string describe(const Summary& job, std::string_view address) {
  std::string text = "#" + format_id(job.number);
  for (const auto& part : {job.reference, job.assignee_name}) {
    if (part) text.append(" · ").append(*part);
  }
  return text.append("\n").append(address);
}

}  // namespace

std::string calendar_of(const Summary& job, std::string_view origin, Timestamp now) {
  const std::string address = std::string(origin) + "/jobs/" + format_id(job.job_id);
  const std::string_view host = origin.substr(origin.find("://") + 3);
  const auto where = job.address ? job.address : job.site_name;
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    append_line(text, std::string(name).append(value));
  };
  add("BEGIN:", "VCALENDAR");
  add("VERSION:", "2.0");
  add("PRODID:", "-//Portico//Jobs//EN");
  add("BEGIN:", "VEVENT");
  // The same for the same job, so that a calendar that has it already changes it.
  add("UID:", "job-" + format_id(job.job_id) + "@" + std::string(host));
  add("DTSTAMP:", format_time(now));
  add("DTSTART:", format_time(*job.scheduled_at));
  if (job.scheduled_until) add("DTEND:", format_time(*job.scheduled_until));
  add("SUMMARY:", escape(job.template_name));
  if (where) add("LOCATION:", escape(*where));
  add("DESCRIPTION:", escape(describe(job, address)));
  add("URL:", address);
  add("STATUS:", state_of(job.status) == State::kCancelled ? "CANCELLED" : "CONFIRMED");
  add("END:", "VEVENT");
  add("END:", "VCALENDAR");
  return text;
}

}  // namespace portal::features::jobs
