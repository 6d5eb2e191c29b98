// The layouts of all messages, in every language.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "layouts/layout.hpp"

namespace portal::outside {

class LayoutSet {
 public:
  // All of them are read now: a fault is found before a message meets it. `directory` may hold files of the same names
  // that are taken instead; empty: none. kInvalidField, log_detail names the file and the place.
  static Result<LayoutSet> load(const std::filesystem::path& directory);

  // A text's file begins with `Subject: ...` and an empty line. kInternal when there is no such layout or a value is
  // missing.
  Result<std::string> render(std::string_view name, std::span<const layouts::Value> values) const;
  Result<std::string> render_subject(std::string_view name, std::span<const layouts::Value> values) const;

 private:
  struct Entry {
    layouts::Layout body;
    layouts::Layout subject;
  };
  static Result<Entry> parse(std::string_view name, std::string_view text);
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace portal::outside
