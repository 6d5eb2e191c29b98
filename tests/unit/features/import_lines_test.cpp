#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "features/import/line_file.hpp"
#include "features/import/lines.hpp"

namespace portal::features::import {
namespace {

// A body as nginx leaves it: in a file without a name.
class File {
 public:
  explicit File(const std::string& text)
      : file_(std::tmpfile(), std::fclose), bytes_(static_cast<std::int64_t>(text.size())) {
    EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), file_.get()), text.size());
    std::fflush(file_.get());
  }
  http::BodyFile body() const { return {.descriptor = bytes_ > 0 ? fileno(file_.get()) : -1, .bytes = bytes_}; }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::int64_t bytes_;
};

std::vector<std::string> lines_of(const std::string& text) {
  const File file(text);
  LineFile lines(file.body());
  std::vector<std::string> read;
  for (;;) {
    const Result<std::optional<LineFile::Line>> line = lines.next();
    EXPECT_TRUE(line);
    if (!line || !*line) return read;
    read.push_back((*line)->is_too_long ? "too long" : std::string((*line)->text));
  }
}

TEST(LineFile, GivesLinesWhereverAPieceOfTheFileEnds) {
  EXPECT_TRUE(lines_of("").empty());
  EXPECT_EQ(lines_of("a"), std::vector<std::string>{"a"});
  EXPECT_EQ(lines_of("a\n"), std::vector<std::string>{"a"});
  EXPECT_EQ(lines_of("\n\na"), (std::vector<std::string>{"", "", "a"}));
  constexpr std::size_t kPiece = 64 * 1024;
  for (const std::size_t size : {kPiece - 2, kPiece - 1, kPiece, kPiece + 1, 2 * kPiece, limits::kImportLineBytes}) {
    const std::string line(size, 'x');
    EXPECT_EQ(lines_of(line + "\n" + line + "\nend"), (std::vector<std::string>{line, line, "end"})) << size;
  }
}

TEST(LineFile, KeepsNothingOfALineThatIsTooLong) {
  const std::string line(limits::kImportLineBytes + 1, 'x');
  EXPECT_EQ(lines_of("a\n" + line + "\nb"), (std::vector<std::string>{"a", "too long", "b"}));
  EXPECT_EQ(lines_of(std::string(5 * limits::kImportLineBytes, 'x') + "\nb\n"),
            (std::vector<std::string>{"too long", "b"}));
  EXPECT_EQ(lines_of("a\n" + line), (std::vector<std::string>{"a", "too long"}));
}

TEST(LineFile, SaysWhenTheFileIsShorterThanItShouldBe) {
  const File file("abc");
  LineFile lines({.descriptor = file.body().descriptor, .bytes = 10});
  const auto line = lines.next();
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, ErrorCode::kStorageUnavailable);
}

pg::Query query_of(std::string_view kind, const std::string& text) {
  const File file(text);
  Lines lines(*find_kind(kind), FieldTable(), file.body());
  const Result<bool> more = lines.read_some(std::chrono::hours(1));
  EXPECT_TRUE(more && !*more);
  return lines.query(7, "all");
}

// The parameter `rows`, behind the version of its binary form.
std::string rows_of(const std::string& text, std::string_view kind = "workers") {
  const pg::Query query = query_of(kind, text);
  std::string rows(query.parameters.value(1) + 1, static_cast<std::size_t>(query.parameters.length(1)) - 1);
  std::erase(rows, ' ');
  return rows;
}

TEST(ImportLines, AreRowsOfWhichTheNewestCounts) {
  EXPECT_EQ(rows_of(""), "[]");
  EXPECT_EQ(rows_of("{}\nnothing"), "[]");
  const std::string first = R"({"external_id":"a","version":2,"name":"A"})";
  EXPECT_EQ(rows_of(first), R"([{"line":1,"external_id":"a","version":2,"name":"A"}])");
  EXPECT_EQ(rows_of(first + "\n" + R"({"external_id":"a","version":1,"name":"Old"})"),
            R"([{"line":1,"external_id":"a","version":2,"name":"A"}])");
  EXPECT_EQ(rows_of(first + "\n" + R"({"external_id":"b","name":"B"})" + "\n" +
                    R"({"external_id":"a","version":3,"name":"New"})"),
            R"([{"line":2,"external_id":"b","name":"B"},{"line":3,"external_id":"a","version":3,"name":"New"}])");
  EXPECT_EQ(rows_of(first + "\n" + R"({"external_id":"a","deleted":true,"whatever":[1]})"),
            R"([{"line":2,"external_id":"a","version":2,"deleted":true}])");
  EXPECT_EQ(rows_of(first + "\n" + R"({"external_id":"a","name":"B"})" + "\n" +
                    R"({"external_id":"a","version":1,"name":"Old"})"),
            R"([{"line":2,"external_id":"a","version":2,"name":"B"}])")
      << "a line without a version has that of the line before it";
}

TEST(ImportLines, InvoicesSayWhatIsNotSaidExceptVisible) {
  const std::string said =
      R"("client":"c","number":"A-1","issued_on":"2026-11-16","currency":"EUR","total":1000000000000000)";
  const std::string head = R"([{"line":1,"external_id":"i",)";
  EXPECT_EQ(rows_of(R"({"external_id":"i",)" + said + "}", "invoices"), head + said + R"(,"paid":0,"void":false}])");
  EXPECT_EQ(rows_of(R"({"external_id":"i","visible":false,"job":"j","title":null,"void":true,"paid":7,)" + said + "}",
                    "invoices"),
            head + said + R"(,"paid":7,"void":true,"job":"j","visible":false}])");
}

TEST(ImportLines, AnInvoiceThatCannotBeIsNone) {
  const std::string rest = R"({"external_id":"i","client":"c","number":"A-1",)";
  for (const std::string_view wrong :
       {R"("issued_on":"2026-11-16","currency":"EUR","total":-1)", R"("issued_on":"2026-11-16","currency":"EUR")",
        R"("issued_on":"2026-11-16","currency":"EUR","total":1000000000000001)",
        R"("issued_on":"2026-11-16","currency":"EUR","total":1.5)",
        R"("issued_on":"2026-11-16","currency":"EUR","total":5,"paid":6)",
        R"("issued_on":"2026-11-16","currency":"eur","total":5)",
        R"("issued_on":"2026-11-16","currency":"EURO","total":5)",
        R"("issued_on":"2026-02-30","currency":"EUR","total":5)",
        R"("issued_on":"0001-01-01","currency":"EUR","total":5)",
        R"("issued_on":"9990-01-01","currency":"EUR","total":5)",
        R"("issued_on":"2026-11-16","due_on":"soon","currency":"EUR","total":5)",
        R"("issued_on":"2026-11-16","currency":"EUR","total":5,"state":"paid")"})
    EXPECT_EQ(rows_of(rest + std::string(wrong) + "}", "invoices"), "[]") << wrong;
}

TEST(ImportLines, QuotesSayWhatIsNotSaidExceptVisible) {
  const std::string head = R"([{"line":1,"external_id":"q","client":"c","number":"Q-1",)";
  const std::string least =
      R"({"external_id":"q","client":"c","number":"Q-1","issued_on":"2026-11-16","currency":"EUR","total":5})";
  EXPECT_EQ(rows_of(least, "quotes"),
            head + R"("issued_on":"2026-11-16","currency":"EUR","total":5,"superseded":false}])");
  EXPECT_EQ(
      rows_of(
          R"({"external_id":"q","client":"c","number":"Q-1","title":"Boiler","description":"Two\nlines","issued_on":"2026-11-16",)"
          R"("valid_until":"2026-12-16","currency":"EUR","total":5,"superseded":true,"job":"j","visible":false})",
          "quotes"),
      head +
          R"("title":"Boiler","issued_on":"2026-11-16","description":"Two\nlines","valid_until":"2026-12-16","currency":"EUR",)"
          R"("total":5,"superseded":true,"job":"j","visible":false}])");
}

TEST(ImportLines, AQuoteThatCannotBeIsNone) {
  const std::string rest =
      R"({"external_id":"q","client":"c","number":"Q-1","issued_on":"2026-11-16","currency":"EUR",)";
  for (const std::string_view wrong :
       {R"("total":-1)", R"("total":1000000000000001)", R"("total":1.5)", R"("total":5,"valid_until":"soon")",
        R"("total":5,"valid_until":"9990-01-01")", R"("total":5,"description":"a\u0001b")",
        R"("total":5,"decision":"accepted")", R"("total":5,"revision":2)", R"("total":5,"superseded":"no")"})
    EXPECT_EQ(rows_of(rest + std::string(wrong) + "}", "quotes"), "[]") << wrong;
}

TEST(ImportLines, PositionsKeepTheDigitsOfTheirNumbers) {
  const std::string place = R"("latitude":-0.123456789012345,"longitude":1e-07)";
  const std::string time = R"("recorded_at":"2026-11-16T13:00:00.5+01:00")";
  const std::string head = R"([{"line":1,"external_id":"w",)";
  EXPECT_EQ(rows_of(R"({"external_id":"w",)" + place + "," + time + "}", "positions"),
            head + place + "," + time + "}]");
  EXPECT_EQ(
      rows_of(R"({"external_id":"w","accuracy_metres":8,"latitude":90,"longitude":-180,)" + time + "}", "positions"),
      head + R"("latitude":90,"longitude":-180,"accuracy_metres":8,)" + time + "}]");
  for (const std::string_view wrong :
       {R"("latitude":90.1,"longitude":0)", R"("latitude":0,"longitude":180.1)", R"("latitude":0)",
        R"("latitude":"0","longitude":0)", R"("latitude":0,"longitude":0,"accuracy_metres":100001)"})
    EXPECT_EQ(rows_of(R"({"external_id":"w",)" + std::string(wrong) + "," + time + "}", "positions"), "[]") << wrong;
  EXPECT_EQ(rows_of(R"({"external_id":"w",)" + place + R"(,"recorded_at":"noon"})", "positions"), "[]");
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(0, 4)) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

// The elements of a list, each as its bytes.
std::vector<std::string> list_of(const pg::Query& query, std::size_t parameter) {
  std::string_view bytes(query.parameters.value(parameter),
                         static_cast<std::size_t>(query.parameters.length(parameter)));
  if (big_endian(bytes) == 0) return {};
  std::vector<std::string> elements(big_endian(bytes.substr(12)));
  bytes.remove_prefix(20);
  for (std::string& element : elements) {
    const std::size_t size = big_endian(bytes);
    element = bytes.substr(4, size);
    bytes.remove_prefix(4 + size);
  }
  return elements;
}

TEST(ImportLines, AreColumnsWhereTheyAreJobs) {
  constexpr std::size_t kExternalId = 3;
  constexpr std::size_t kDeleted = 5;
  constexpr std::size_t kReference = 7;
  constexpr std::size_t kClient = 8;
  constexpr std::size_t kSite = 9;
  constexpr std::size_t kClients = 33;
  const std::string rest = R"("number":4,"template":"T","status":"started")";
  const std::string first = R"({"external_id":"a","version":2,"client":"C",)" + rest + "}";
  const std::string wrong =
      R"({"external_id":"w","client":"W","reference":"R","number":0,"template":"T","status":"started"})";
  const std::string second = R"({"external_id":"b","client":"D","site":"S",)" + rest + "}";
  const std::string newer = R"({"external_id":"a","version":3,"client":"D",)" + rest + "}";
  const std::string gone = R"({"external_id":"c","deleted":true})";
  using Texts = std::vector<std::string>;

  const pg::Query query = query_of("jobs", first + "\n" + wrong + "\n" + second + "\n" + newer + "\n" + gone);
  EXPECT_EQ(list_of(query, kExternalId), (Texts{"b", "a", "c"}));
  EXPECT_EQ(list_of(query, kDeleted), (Texts{"", "", "true"}));
  EXPECT_EQ(list_of(query, kReference), Texts{}) << "no line that is right has one";
  EXPECT_EQ(list_of(query, kClient), (Texts{"D", "D", ""}));
  EXPECT_EQ(list_of(query, kSite), (Texts{"S", "", ""}));
  Texts names = list_of(query, kClients);
  std::ranges::sort(names);
  EXPECT_EQ(names, (Texts{"C", "D"})) << "each once, also what a superseded line named, not what a wrong one did";
  EXPECT_TRUE(list_of(query_of("jobs", ""), kExternalId).empty());
}

}  // namespace
}  // namespace portal::features::import
