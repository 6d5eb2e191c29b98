#include "features/jobs/render_list.hpp"

#include <utility>

namespace portal::features::jobs {
namespace {

using enum access::Permission;

constexpr std::size_t kBytesOfAJob = 400;  // more than most have, so that the text is not moved while it grows

}  // namespace

bool may_see(State state, access::Permissions permissions) noexcept {
  switch (state) {
    case State::kPlanned:
    case State::kActive:
      return permissions.has(kViewJobStatus);
    case State::kFinished:
      return permissions.has(kViewCompletedJobs);
    case State::kCancelled:
      return permissions.has_any({kViewJobStatus, kViewCompletedJobs});
  }
  std::unreachable();
}

std::string render_list(std::span<const Summary> jobs, const std::optional<std::string>& next_cursor,
                        const std::optional<Counts>& counts, access::Permissions permissions) {
  json::Writer writer(256 + jobs.size() * kBytesOfAJob);
  writer.begin_object().key("items").begin_array();
  for (const Summary& job : jobs) {
    writer.begin_object();
    write_summary_members(writer, job);
    writer.end_object();
  }
  writer.end_array().member("next_cursor", next_cursor);
  if (counts) {
    writer.key("counts").begin_object();
    for (const Choice<State>& state : kStates) {
      if (may_see(state.value, permissions)) writer.member(state.word, (*counts)[std::to_underlying(state.value)]);
    }
    writer.end_object();
  }
  return writer.end_object().take();
}

}  // namespace portal::features::jobs
