#include "cache/changes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace portal::cache {
namespace {

constexpr std::array<std::pair<std::string_view, ChangeKind>, 10> kKinds = {{
    {"account", ChangeKind::kAccount},
    {"settings", ChangeKind::kSettings},
    {"client", ChangeKind::kClient},
    {"jobs", ChangeKind::kJobs},
    {"documents", ChangeKind::kDocuments},
    {"sites", ChangeKind::kSites},
    {"invoices", ChangeKind::kInvoices},
    {"requests", ChangeKind::kRequests},
    {"quotes", ChangeKind::kQuotes},
    {"membership", ChangeKind::kMembership},
}};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

bool is_name(std::string_view word) {
  return !word.empty() &&
         std::ranges::all_of(word, [](char letter) { return (letter >= 'a' && letter <= 'z') || letter == '_'; });
}

bool names_what_it_must(const Change& change) {
  return change.account_id != 0 && (change.kind != ChangeKind::kMembership || change.id != 0);
}

}  // namespace

std::optional<Change> parse_change(std::string_view payload) noexcept {
  std::array<std::string_view, 4> words;
  for (std::size_t index = 0; index < words.size(); ++index) {
    const std::size_t end = index + 1 < words.size() ? payload.find(' ') : payload.size();
    if (end == std::string_view::npos) return std::nullopt;
    words[index] = payload.substr(0, end);
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  const auto* const kind = std::ranges::find(kKinds, words[0], &std::pair<std::string_view, ChangeKind>::first);
  const std::optional<std::int64_t> account = parse_number(words[1]);
  const std::optional<std::int64_t> client = parse_number(words[2]);
  const std::optional<std::int64_t> id = parse_number(words[3]);
  if (!is_name(words[0]) || !account || !client || !id) return std::nullopt;
  // What only a newer version tells of can be anything of that account, and is nothing of any other.
  if (kind == kKinds.end()) {
    const Change change{.kind = ChangeKind::kAccount, .account_id = *account, .client_id = 0, .id = 0};
    return names_what_it_must(change) ? std::optional(change) : std::nullopt;
  }
  const Change change{.kind = kind->second, .account_id = *account, .client_id = *client, .id = *id};
  return names_what_it_must(change) ? std::optional(change) : std::nullopt;
}

void ChangeFeed::remove(ChangeObserver& observer) noexcept {
  const auto found = std::ranges::find(observers_, &observer);
  if (found == observers_.end()) return;
  if (telling_ > 0)
    *found = nullptr;
  else
    observers_.erase(found);
}

template <class Tell>
void ChangeFeed::each(Tell tell) noexcept {
  const std::size_t present = observers_.size();
  ++telling_;
  for (std::size_t index = 0; index < present; ++index) {
    if (observers_[index]) tell(*observers_[index]);
  }
  if (--telling_ == 0) std::erase(observers_, nullptr);
}

void ChangeFeed::tell(std::string_view payload) noexcept {
  if (const std::optional<Change> change = parse_change(payload))
    tell(*change);
  else
    tell_gap();
}

void ChangeFeed::tell(const Change& change) noexcept {
  each([&](ChangeObserver& observer) { observer.on_change(change); });
}

void ChangeFeed::tell_gap() noexcept {
  each([](ChangeObserver& observer) { observer.on_gap(); });
}

}  // namespace portal::cache
