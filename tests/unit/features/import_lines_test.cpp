#include <gtest/gtest.h>

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

std::string rows_of(const std::string& text) {
  const File file(text);
  Lines lines(*find_kind("workers"), FieldTable(), file.body());
  const Result<bool> more = lines.read_some(std::chrono::hours(1));
  EXPECT_TRUE(more && !*more);
  std::string rows = lines.take_rows();
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
            R"([{"line":2,"external_id":"a","deleted":true}])");
}

}  // namespace
}  // namespace portal::features::import
