// The layouts of all messages, in every language: those that come with the portal, and the operator's in the place of
// some. The courier sends by them, and the module shows what it sends.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "layouts/built_in.hpp"
#include "layouts/layout.hpp"

namespace portal::layouts {

class LayoutSet {
 public:
  // All of them are read now: a fault is found before a message meets it. `directory` may hold files of the same names
  // that are taken instead; empty: none. kInvalidField, log_detail names the file and the place.
  static Result<LayoutSet> load(const std::filesystem::path& directory);
  // What comes with the portal alone.
  static const LayoutSet& built_in();

  // A text's file begins with `Subject: ...` and an empty line. kInternal when there is no such layout or a value is
  // missing.
  Result<std::string> render(std::string_view name, std::span<const Value> values) const;
  Result<std::string> render_subject(std::string_view name, std::span<const Value> values) const;

  // As it was written; empty when there is no such layout.
  SubjectAndBody source(std::string_view name) const;

 private:
  struct Entry {
    std::string text;
    Layout body;
    Layout subject;
  };
  static Result<Entry> parse(std::string_view name, std::string text);
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace portal::layouts
