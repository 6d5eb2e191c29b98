// Jobs as members see them: the list, one job, and the words and values that stand in for what the database holds.
//
// This header: states, statuses and assignments (FEATURES.md, vocabulary). Members read safe words, never internal
// ones.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/choice.hpp"

namespace portal::features::jobs {

enum class Status : std::uint8_t { kUnscheduled, kScheduled, kEnRoute, kStarted, kPaused, kFinished, kCancelled };
enum class State : std::uint8_t { kPlanned, kActive, kFinished, kCancelled };
enum class Assignment : std::uint8_t { kUnassigned, kAssigned, kInProgress, kPending };

inline constexpr std::array kStates = {
    Choice<State>{"planned", State::kPlanned},
    Choice<State>{"active", State::kActive},
    Choice<State>{"finished", State::kFinished},
    Choice<State>{"cancelled", State::kCancelled},
};

inline constexpr std::array kAssignments = {
    Choice<Assignment>{"unassigned", Assignment::kUnassigned},
    Choice<Assignment>{"assigned", Assignment::kAssigned},
    Choice<Assignment>{"in_progress", Assignment::kInProgress},
    Choice<Assignment>{"pending", Assignment::kPending},
};

// The word of the column job.status; nullopt for one that this version does not know.
std::optional<Status> parse_status(std::string_view stored) noexcept;

State state_of(Status status) noexcept;
std::string_view word_of(State state) noexcept;
std::string_view word_of(Assignment assignment) noexcept;

enum class Outcome : bool { kSuccessful, kUnsuccessful };
// What members read. The outcome, that of the resolution, matters to finished jobs only.
std::string_view status_word(Status status, Outcome outcome) noexcept;

}  // namespace portal::features::jobs
