#include "layouts/layout_set.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "layouts/invitation.hpp"

namespace portal::layouts {
namespace {

constexpr std::array<std::string_view, 4> kLinkNames = {"company.name", "portal.url", "link.url", "link.expires"};
constexpr std::array<std::string_view, 2> kNoticeNames = {"company.name", "portal.url"};
// The last one, which may have several lines, is for bodies alone.
constexpr std::array<std::string_view, 8> kRequestNames = {"company.name",   "portal.url",      "client.name",
                                                           "request.number", "request.subject", "request.state",
                                                           "request.url",    "reply.lines"};
constexpr std::array<std::string_view, 9> kQuoteNames = {"company.name",     "portal.url", "client.name",
                                                         "quote.number",     "quote.name", "quote.decision",
                                                         "quote.decided_by", "quote.url",  "reason.lines"};
constexpr std::array<std::string_view, 5> kNewsNames = {"company.name", "portal.url", "client.name", "account.url",
                                                        "news.lines"};
// Of the lists in a mail about what is new.
constexpr std::array<std::string_view, 1> kListNames = {"list.title"};
constexpr std::array<std::string_view, 2> kLineNames = {"line.text", "line.url"};
constexpr std::array<std::string_view, 3> kFrameNames = {"company.name", "portal.url", "logo.url"};

// The placeholders that a layout may use, by the name of its file.
std::span<const std::string_view> names_of(std::string_view file) {
  if (file.find("/staff_invitation") != std::string_view::npos) return kLinkNames;
  if (file.find("/work_request") != std::string_view::npos) return kRequestNames;
  if (file.find("/quote_decided") != std::string_view::npos) return kQuoteNames;
  if (file.find("/news") != std::string_view::npos) return kNewsNames;
  if (file.starts_with("news_title")) return kListNames;
  if (file.starts_with("news_line")) return kLineNames;
  if (file.find("invitation") != std::string_view::npos) return kInvitationNames;
  if (file.find("password_reset") != std::string_view::npos || file.find("confirmation") != std::string_view::npos)
    return kLinkNames;
  return file.find("frame_head_logo") != std::string_view::npos ? std::span<const std::string_view>(kFrameNames)
                                                                : kNoticeNames;
}

std::span<const std::string_view> names_of_subject(std::string_view file) {
  const std::span<const std::string_view> names = names_of(file);
  return names.back().ends_with(".lines") ? names.first(names.size() - 1) : names;
}

std::unexpected<Error> refuse(std::string_view name, std::string_view why) {
  return fail(ErrorCode::kInvalidField, fmt::format("the layout {}: {}", name, why));
}

Result<SubjectAndBody> split(std::string_view name, std::string_view text) {
  SubjectAndBody parts{.subject = {}, .body = text};
  if (name.ends_with(".txt") && !split_subject(text, parts))
    return refuse(name, "begins with \"Subject: ...\" and an empty line");
  return parts;
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || !content) return refuse(path.string(), "cannot be read");
  return std::move(content).str();
}

}  // namespace

Result<LayoutSet::Entry> LayoutSet::parse(std::string_view name, std::string text) {
  const Result<SubjectAndBody> parts = split(name, text);
  if (!parts) return fail(parts.error());
  const auto format = name.ends_with(".html") ? Format::kHtml : Format::kText;
  Result<Layout> body = Layout::parse(parts->body, format, names_of(name));
  if (!body) return refuse(name, body.error().log_detail);
  Result<Layout> subject = Layout::parse(parts->subject, Format::kText, names_of_subject(name));
  if (!subject) return refuse(name, "subject: " + subject.error().log_detail);
  return Entry{.text = std::move(text), .body = std::move(*body), .subject = std::move(*subject)};
}

Result<LayoutSet> LayoutSet::load(const std::filesystem::path& directory) {
  LayoutSet set;
  for (const BuiltInLayout& built_in : built_in_layouts()) {
    std::string text(built_in.text);
    const std::filesystem::path own = directory / built_in.name;
    std::error_code ignored;
    if (!directory.empty() && std::filesystem::exists(own, ignored)) {
      Result<std::string> content = read_file(own);
      if (!content) return fail(content.error());
      text = std::move(*content);
    }
    Result<Entry> entry = parse(built_in.name, std::move(text));
    if (!entry) return fail(entry.error());
    set.entries_.emplace(built_in.name, std::move(*entry));
  }
  return set;
}

const LayoutSet& LayoutSet::built_in() {
  static const LayoutSet set = load({}).value();
  return set;
}

Result<std::string> LayoutSet::render(std::string_view name, std::span<const Value> values) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return fail(ErrorCode::kInternal, fmt::format("there is no layout {}", name));
  return found->second.body.render(values);
}

Result<std::string> LayoutSet::render_subject(std::string_view name, std::span<const Value> values) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return fail(ErrorCode::kInternal, fmt::format("there is no layout {}", name));
  return found->second.subject.render(values);
}

SubjectAndBody LayoutSet::source(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return {};
  const Result<SubjectAndBody> parts = split(name, found->second.text);
  return parts ? *parts : SubjectAndBody();
}

}  // namespace portal::layouts
