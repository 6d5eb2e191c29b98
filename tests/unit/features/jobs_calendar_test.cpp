#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>
#include <string>

#include "base/utf8.hpp"
#include "features/jobs/calendar.hpp"

namespace portal::features::jobs {
namespace {

constexpr std::string_view kOrigin = "https://portal.example:8443";

Timestamp at(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

Summary planned_job() {
  Summary job;
  job.job_id = 1042;
  job.number = 7;
  job.status = Status::kScheduled;
  job.scheduled_at = at(1764147600) + std::chrono::microseconds(5);
  job.template_name = "Boiler service";
  return job;
}

std::string entry(const Summary& job) { return calendar_of(job, kOrigin, at(1764000000)); }

// RFC 5545, 3.1: the end of a line and a blank behind it are nothing.
std::string unfold(std::string text) {
  for (std::size_t at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ", at)) text.erase(at, 3);
  return text;
}

TEST(JobCalendar, HasWhatIsKnownOfAJob) {
  Summary job = planned_job();
  job.reference = "PO 7781";
  job.scheduled_until = at(1764154800);
  job.address = "12 Mill Lane";
  job.site_name = "Mill Lane";
  job.assignee_name = "Dana R.";
  EXPECT_EQ(unfold(entry(job)),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Portico//Jobs//EN\r\nBEGIN:VEVENT\r\n"
            "UID:job-1042@portal.example:8443\r\nDTSTAMP:20251124T160000Z\r\nDTSTART:20251126T090000Z\r\n"
            "DTEND:20251126T110000Z\r\nSUMMARY:Boiler service\r\nLOCATION:12 Mill Lane\r\n"
            "DESCRIPTION:#7 · PO 7781 · Dana R.\\nhttps://portal.example:8443/jobs/1042\r\n"
            "URL:https://portal.example:8443/jobs/1042\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

TEST(JobCalendar, LeavesOutWhatIsNotKnown) {
  const std::string text = unfold(entry(planned_job()));
  EXPECT_FALSE(text.contains("DTEND"));
  EXPECT_FALSE(text.contains("LOCATION"));
  EXPECT_TRUE(text.contains("\r\nDESCRIPTION:#7\\nhttps"));
}

TEST(JobCalendar, ASiteStandsForAnAddress) {
  Summary job = planned_job();
  job.site_name = "Mill Lane";
  EXPECT_TRUE(entry(job).contains("\r\nLOCATION:Mill Lane\r\n"));
}

TEST(JobCalendar, ACancelledJobIsCancelled) {
  Summary job = planned_job();
  job.status = Status::kCancelled;
  EXPECT_TRUE(entry(job).contains("\r\nSTATUS:CANCELLED\r\n"));
}

TEST(JobCalendar, NoTextBecomesALine) {
  Summary job = planned_job();
  job.template_name = "A;B,C\\D\r\nATTENDEE:x\x01\x7F\tE";
  EXPECT_TRUE(entry(job).contains("\r\nSUMMARY:A\\;B\\,C\\\\D\\nATTENDEE:xE\r\n"));
  // Some programs break lines there, too.
  job.template_name = "A\u2028ATTENDEE:x\u2029\u0085é\u2027";
  EXPECT_TRUE(entry(job).contains("\r\nSUMMARY:A\\nATTENDEE:x\\n\\né\u2027\r\n"));
}

TEST(JobCalendar, LongLinesAreFoldedBetweenCharacters) {
  Summary job = planned_job();
  std::string name;
  for (int turn = 0; turn < 100; ++turn) name += "á€";
  job.template_name = name;
  const std::string text = entry(job);
  EXPECT_TRUE(unfold(text).contains("\r\nSUMMARY:" + name + "\r\n"));
  for (const auto& range : text | std::views::split(std::string_view("\r\n"))) {
    const std::string_view line(range.begin(), range.end());
    EXPECT_LE(line.size(), 75U) << line;
    EXPECT_TRUE(is_valid_text(line)) << line;
  }
}

}  // namespace
}  // namespace portal::features::jobs
