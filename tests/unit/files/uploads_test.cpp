// What is sent to a worker gets into the folder whole or not at all, and never goes from under somebody's row.
#include "files/uploads.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "files/answer.hpp"
#include "files/body.hpp"
#include "io/epoll_loop.hpp"

namespace portal::files {
namespace {

using Rows = Result<std::vector<pg::Rows>>;
constexpr io::Duration kPatience{10'000};

template <class Value>
Task<void> await_into(Task<Value> task, std::optional<Value>* value) {
  value->emplace(co_await std::move(task));
}

Task<Rows> row_that(std::function<Rows()>* does) { co_return (*does)(); }

class UploadsTest : public ::testing::Test {
 protected:
  ~UploadsTest() override { std::filesystem::remove_all(folder); }

  static std::filesystem::path make_folder() {
    std::string pattern = ::testing::TempDir() + "uploadsXXXXXX";
    return ::mkdtemp(pattern.data());
  }
  // As nginx makes it: a file without a name.
  http::BodyFile body_of(const std::string& bytes) {
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    bodies.emplace_back(descriptor);
    EXPECT_EQ(::write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return {.descriptor = descriptor, .bytes = static_cast<std::int64_t>(bytes.size())};
  }
  template <class Value>
  Value wait_for(Task<Value> task) {
    std::optional<Value> value;
    Task<void> waiting = await_into(std::move(task), &value);
    waiting.handle().resume();
    EXPECT_TRUE(loop.run_until([&] { return value.has_value(); }, kPatience));
    return std::move(*value);
  }
  std::filesystem::path place_of(const std::string& bytes) const { return folder / path_of(crypto::sha256(bytes)); }
  // Everything in the folder that is a file.
  std::vector<std::string> stored() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
    return names;
  }
  Upload kept(const std::string& bytes) {
    Result<Upload> upload = wait_for(uploads.keep(body_of(bytes)));
    EXPECT_TRUE(upload) << upload.error().log_detail;
    return std::move(*upload);
  }
  Rows complete(Upload upload, std::function<Rows()> row) {
    return wait_for(uploads.complete(std::move(upload), row_that(&row)));
  }

  std::filesystem::path folder = make_folder();
  std::vector<io::Descriptor> bodies;
  io::EpollLoop loop;
  io::ThreadOffload pool{loop, 1, 8};
  Uploads uploads{loop, pool, folder};
};

TEST_F(UploadsTest, TheBytesLieUnderTheirHashOnceTheRowIsThere) {
  // Several pieces, the last one not whole.
  const std::string bytes = std::string(5'000'001, 'x');
  Upload upload = kept(bytes);
  EXPECT_EQ(upload.content().bytes, 5'000'001);
  EXPECT_EQ(upload.content().hash, crypto::sha256(bytes));
  EXPECT_EQ(upload.content().head, bytes.substr(0, upload.content().head.size()));
  EXPECT_TRUE(complete(std::move(upload), [] { return Rows(); }));
  ASSERT_TRUE(std::filesystem::exists(place_of(bytes)));
  EXPECT_EQ(std::filesystem::file_size(place_of(bytes)), bytes.size());
  EXPECT_EQ(stored().size(), 1U);
  struct stat status{};
  ASSERT_EQ(::stat(place_of(bytes).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(UploadsTest, WithoutARowNothingStays) {
  {
    const Upload upload = kept("nobody completes it");
    EXPECT_EQ(stored().size(), 1U);
  }
  EXPECT_TRUE(stored().empty());
  const Rows refused = complete(kept("no row"), [] { return Rows(fail(ErrorCode::kQuotaExceeded)); });
  EXPECT_EQ(refused.error().code, ErrorCode::kQuotaExceeded);
  EXPECT_TRUE(stored().empty());
}

TEST_F(UploadsTest, WhatMayHaveARowStays) {
  const Rows unknown = complete(kept("perhaps"), [] { return Rows(fail(ErrorCode::kOutcomeUnknown)); });
  EXPECT_EQ(unknown.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(UploadsTest, NothingGoesFromUnderARowOfSomebodyElse) {
  EXPECT_TRUE(complete(kept("the same"), [] { return Rows(); }));
  EXPECT_FALSE(complete(kept("the same"), [] { return Rows(fail(ErrorCode::kNotFound)); }));
  EXPECT_EQ(stored().size(), 1U);
  // And not where the other one came while the row was being refused.
  EXPECT_FALSE(complete(kept("at once"), [this] {
    Result<Incoming> other = Incoming::begin(folder);
    EXPECT_TRUE(other->add("at once") && other->finish() && other->keep());
    return Rows(fail(ErrorCode::kNotFound));
  }));
  EXPECT_EQ(stored().size(), 2U);
}

// Two workers at the same moment: if both took themselves for the first, the refused one would take the other's file.
TEST_F(UploadsTest, OfSeveralWithTheSameContentOneIsTheFirst) {
  constexpr int kRounds = 300, kAtOnce = 4;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes = "round " + std::to_string(round);
    std::vector<Incoming> incoming;
    for (int index = 0; index < kAtOnce; ++index) {
      Result<Incoming> begun = Incoming::begin(folder);
      ASSERT_TRUE(begun && begun->add(bytes) && begun->finish());
      incoming.push_back(std::move(*begun));
    }
    std::latch together(kAtOnce);
    std::atomic<int> first = 0;
    {
      std::vector<std::jthread> threads;
      for (const Incoming& each : incoming) {
        threads.emplace_back([&] {
          together.arrive_and_wait();
          const Result<Kept> kept = each.keep();
          if (kept && kept->was_new) ++first;
        });
      }
    }
    ASSERT_EQ(first, 1) << round;
  }
  EXPECT_EQ(stored().size(), static_cast<std::size_t>(kRounds));
}

TEST_F(UploadsTest, WhatWasRemovedBeforeTheRowCouldBeSeenIsPutBack) {
  EXPECT_TRUE(complete(kept("removed"), [this] {
    EXPECT_TRUE(remove(folder, crypto::sha256("removed")));
    return Rows();
  }));
  EXPECT_TRUE(std::filesystem::exists(place_of("removed")));
}

TEST_F(UploadsTest, AClientThatLeavesLeavesNothing) {
  const std::string bytes(3'000'000, 'y');
  for (int turns = 0; turns < 40; ++turns) {
    std::optional<Result<Upload>> upload;
    {
      Task<void> task = await_into(uploads.keep(body_of(bytes)), &upload);
      task.handle().resume();
      for (int turn = 0; turn < turns && !upload; ++turn) loop.turn(io::Duration(1));
    }
    upload.reset();
    ASSERT_TRUE(loop.run_until([&] { return pool.outstanding() == 0; }, kPatience));
    ASSERT_TRUE(stored().empty()) << turns;
  }
}

TEST_F(UploadsTest, ManyAtOnceTakeTurns) {
  std::vector<std::optional<Result<Upload>>> results(limits::kUploadsAtOnce * 3);
  std::vector<Task<void>> tasks;
  for (std::size_t index = 0; index < results.size(); ++index) {
    tasks.push_back(await_into(uploads.keep(body_of("file " + std::to_string(index))), &results[index]));
    tasks.back().handle().resume();
  }
  ASSERT_TRUE(loop.run_until(
      [&] { return std::ranges::all_of(results, [](const auto& result) { return result.has_value(); }); }, kPatience));
  for (const auto& result : results) EXPECT_TRUE(*result) << result->error().log_detail;
  EXPECT_EQ(stored().size(), results.size());
}

TEST_F(UploadsTest, AFolderThatIsGoneIsNoFaultOfTheClient) {
  std::filesystem::remove_all(folder);
  const http::BodyFile body{.descriptor = ::open("/dev/zero", O_RDONLY | O_CLOEXEC), .bytes = 100};
  bodies.emplace_back(body.descriptor);
  const Result<Upload> upload = wait_for(uploads.keep(body));
  ASSERT_FALSE(upload);
  EXPECT_EQ(upload.error().code, ErrorCode::kStorageUnavailable);
  Uploads nowhere(loop, pool, {});
  EXPECT_EQ(wait_for(nowhere.keep(body)).error().code, ErrorCode::kStorageUnavailable);
}

Task<void> receive(Body* body, std::vector<std::int64_t>* sizes) {
  const Result<http::BodyFile> file = co_await body->receive();
  sizes->push_back(file ? file->bytes : -1);
}

struct Glue {
  void on_wanted() noexcept { ++asked; }
  int asked = 0;
};

TEST(Body, IsAskedForOnceAndComesToWhoeverAsks) {
  io::EpollLoop loop;
  Glue glue;
  Body body(loop, io::Callback::to<&Glue::on_wanted>(&glue));
  std::vector<std::int64_t> sizes;
  {
    Task<void> gone = receive(&body, &sizes);
    gone.handle().resume();
    EXPECT_EQ(glue.asked, 0) << "from inside";
    ASSERT_TRUE(loop.run_until([&] { return glue.asked == 1; }, kPatience));
  }
  Task<void> task = receive(&body, &sizes);
  task.handle().resume();
  body.take(http::BodyFile{.descriptor = -1, .bytes = 7});
  EXPECT_TRUE(sizes.empty());
  ASSERT_TRUE(loop.run_until([&] { return !sizes.empty(); }, kPatience));
  Task<void> again = receive(&body, &sizes);
  again.handle().resume();
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{7, 7}));
  EXPECT_EQ(glue.asked, 1);
}

TEST(Body, ThatIsLostIsNotEmpty) {
  io::EpollLoop loop;
  Glue glue;
  Body body(loop, io::Callback::to<&Glue::on_wanted>(&glue));
  std::vector<std::int64_t> sizes;
  Task<void> task = receive(&body, &sizes);
  task.handle().resume();
  body.take(fail(ErrorCode::kStorageFull));
  ASSERT_TRUE(loop.run_until([&] { return !sizes.empty(); }, kPatience));
  EXPECT_EQ(sizes, std::vector<std::int64_t>{-1});
}

TEST(Body, WithoutAGlueThereIsNone) {
  io::EpollLoop loop;
  Body body(loop, {});
  std::vector<std::int64_t> sizes;
  Task<void> task = receive(&body, &sizes);
  task.handle().resume();
  EXPECT_EQ(sizes, std::vector<std::int64_t>{-1});
}

}  // namespace
}  // namespace portal::files
