#include "features/jobs/words.hpp"

#include <span>
#include <utility>

namespace portal::features::jobs {
namespace {

constexpr std::array kStatuses = {
    Choice<Status>{"unscheduled", Status::kUnscheduled}, Choice<Status>{"scheduled", Status::kScheduled},
    Choice<Status>{"en_route", Status::kEnRoute},        Choice<Status>{"started", Status::kStarted},
    Choice<Status>{"paused", Status::kPaused},           Choice<Status>{"finished", Status::kFinished},
    Choice<Status>{"cancelled", Status::kCancelled},
};

}  // namespace

std::optional<Status> parse_status(std::string_view stored) noexcept {
  return find_choice(std::span<const Choice<Status>>(kStatuses), stored);
}

State state_of(Status status) noexcept {
  switch (status) {
    case Status::kUnscheduled:
    case Status::kScheduled:
      return State::kPlanned;
    case Status::kEnRoute:
    case Status::kStarted:
    case Status::kPaused:
      return State::kActive;
    case Status::kFinished:
      return State::kFinished;
    case Status::kCancelled:
      return State::kCancelled;
  }
  std::unreachable();
}

std::string_view word_of(State state) noexcept { return kStates[std::to_underlying(state)].word; }
std::string_view word_of(Assignment assignment) noexcept { return kAssignments[std::to_underlying(assignment)].word; }

std::string_view status_word(Status status, Outcome outcome) noexcept {
  switch (status) {
    case Status::kUnscheduled:
      return "not_scheduled";
    case Status::kScheduled:
      return "planned";
    case Status::kEnRoute:
      return "on_the_way";
    case Status::kStarted:
      return "in_progress";
    case Status::kPaused:
      return "paused";
    case Status::kFinished:
      return outcome == Outcome::kSuccessful ? "finished" : "could_not_be_completed";
    case Status::kCancelled:
      return "cancelled";
  }
  std::unreachable();
}

}  // namespace portal::features::jobs
