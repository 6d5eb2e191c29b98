#include "edge/metrics.hpp"

#include <gtest/gtest.h>

#include "edge/figures.hpp"
#include "io/epoll_loop.hpp"
#include "shared/zone.hpp"
#include "support/portal.hpp"

namespace portal::edge {
namespace {

constexpr Family kDone{"done_total", FigureKind::kCounter, "What was done."};
constexpr Family kNow{"now", FigureKind::kGauge, "What is going on."};
constexpr Family kWorst{"worst", FigureKind::kWorstGauge, "The worst."};
constexpr Family kTook{"took_seconds", FigureKind::kHistogram, "How long it took.", true};

struct One {
  std::uint64_t done = 0;
  std::uint64_t now = 0;
  std::uint64_t worst = 1;
  Histogram took = {};

  std::vector<Figure> collect(Labels labels) const {
    const std::string of_now = labels == Labels::kWritten ? "{a=\"b\"}" : "";
    std::vector<Figure> figures = {{&kDone, {}, {}, done}, {&kNow, {}, of_now, now}, {&kWorst, {}, {}, worst}};
    took.collect(figures, labels, kTook, "class=\"x\"");
    return figures;
  }
};

class MetricsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Metrics> make(One& one) {
    return std::make_unique<Metrics>(loop, words, [&one](Labels labels) { return one.collect(labels); });
  }

  io::EpollLoop loop;
  std::vector<shared::Word> words = std::vector<shared::Word>(shared::Zone::kMetricsWords);
};

TEST_F(MetricsTest, AWorkerTellsOfAll) {
  One first{.done = 2, .now = 5};
  One second{.done = 3, .now = 7, .worst = 0};
  const auto mine = make(first);
  auto theirs = make(second);
  EXPECT_TRUE(
      mine->render().starts_with("# HELP done_total What was done.\n# TYPE done_total counter\ndone_total 5\n"
                                 "# HELP now What is going on.\n# TYPE now gauge\nnow{a=\"b\"} 12\n"
                                 "# HELP worst The worst.\n# TYPE worst gauge\nworst 0\n"))
      << mine->render();
  second.done += 1;
  theirs.reset();
  EXPECT_NE(mine->render().find("\ndone_total 6\n"), std::string::npos) << "what the other did stays";
  EXPECT_NE(mine->render().find("\nnow{a=\"b\"} 5\n"), std::string::npos) << "what the other was doing does not";
  EXPECT_NE(mine->render().find("\nworst 1\n"), std::string::npos);
}

TEST_F(MetricsTest, TheOthersAreHeardOfInTime) {
  One first;
  One second;
  const auto mine = make(first);
  const auto theirs = make(second);
  second.done = 4;
  EXPECT_TRUE(
      loop.run_until([&] { return mine->render().find("\ndone_total 4\n") != std::string::npos; }, io::Duration(3000)));
}

TEST_F(MetricsTest, AHistogramIsCumulative) {
  One one;
  const auto metrics = make(one);
  for (const int microseconds : {0, 1000, 1001, 2'600'000, 70'000'000})
    one.took.add(std::chrono::microseconds(microseconds));
  const std::string text = metrics->render();
  for (const char* line :
       {"took_seconds_bucket{class=\"x\",le=\"0.001\"} 2\n", "took_seconds_bucket{class=\"x\",le=\"0.002\"} 3\n",
        "took_seconds_bucket{class=\"x\",le=\"2.5\"} 3\n", "took_seconds_bucket{class=\"x\",le=\"5\"} 4\n",
        "took_seconds_bucket{class=\"x\",le=\"10\"} 4\n", "took_seconds_bucket{class=\"x\",le=\"+Inf\"} 5\n",
        "took_seconds_sum{class=\"x\"} 72.602001\n", "took_seconds_count{class=\"x\"} 5\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST_F(MetricsTest, OtherFiguresInTheMemoryAreNotMixedUp) {
  words[0] = 12345;
  One one{.done = 2};
  const auto metrics = make(one);
  EXPECT_FALSE(metrics->shared());
  EXPECT_NE(metrics->render().find("\ndone_total 2\n"), std::string::npos);
}

TEST(WorkerMetrics, WithoutLabelsTheFiguresAreTheSame) {
  test::PortalWorker portal;
  const std::vector<Figure> written = collect_figures(portal.worker, Labels::kWritten);
  const std::vector<Figure> left_out = collect_figures(portal.worker, Labels::kLeftOut);
  ASSERT_EQ(written.size(), left_out.size());
  for (std::size_t number = 0; number < written.size(); ++number) {
    EXPECT_EQ(written[number].family, left_out[number].family);
    EXPECT_EQ(written[number].suffix, left_out[number].suffix);
    EXPECT_EQ(left_out[number].labels, "");
  }
}

TEST(WorkerMetrics, AnswersAreCountedByOperation) {
  test::PortalWorker portal;
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal"}), "200");
  EXPECT_EQ(portal.status_and_code({.path = "/api/v1/portal", .account = "unknown.localhost"}), "421 unknown_host");
  EXPECT_TRUE(portal.loop.run_until([&] { return portal.worker.readiness().empty(); }, test::kPatience));
  const std::string text = portal.worker.metrics();
  for (const char* line : {"\nportal_operation_responses_total{operation=\"get_portal\",class=\"2xx\"} 1\n",
                           "\nportal_operation_responses_total{operation=\"none\",class=\"4xx\"} 1\n",
                           "\nportal_responses_total{class=\"2xx\"} 1\n", "\nportal_workers 1\n", "\nportal_ready 1\n",
                           "\nportal_request_duration_seconds_count{class=\"read\"} 2\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

}  // namespace
}  // namespace portal::edge
