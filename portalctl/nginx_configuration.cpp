#include "portalctl/nginx_configuration.hpp"

#include <glob.h>

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "portalctl/text_file.hpp"

namespace portal::portalctl {
namespace {

constexpr std::size_t kMostFiles = 1000;  // a file that includes itself ends here

// Splits a text into words; `;`, `{` and `}` outside of quotes are words by themselves.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  struct Word {
    std::string text;
    bool is_mark = false;
  };

  std::optional<Word> next() {
    skip_spaces_and_comments();
    if (at_ >= text_.size()) return std::nullopt;
    const char first = text_[at_];
    if (first == ';' || first == '{' || first == '}') {
      ++at_;
      return Word{.text = std::string(1, first), .is_mark = true};
    }
    if (first == '"' || first == '\'') return Word{.text = quoted(first)};
    return Word{.text = bare()};
  }

 private:
  void skip_spaces_and_comments() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::string_view(" \t\r\n").contains(text_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }
  std::string quoted(char quote) {
    std::string word;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      word += text_[at_];
    }
    ++at_;
    return word;
  }
  std::string bare() {
    std::string word;
    for (; at_ < text_.size() && !std::string_view(" \t\r\n;{").contains(text_[at_]); ++at_) {
      // ${name} is a variable and no block.
      if (text_[at_] == '$' && text_.substr(at_).starts_with("${")) word += text_[at_++];
      word += text_[at_];
    }
    return word;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Reader {
 public:
  explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Outcome<void> read(const std::filesystem::path& path) {
    if (configuration_.files.size() >= kMostFiles) return failed(fmt::format("{} includes itself.", path.string()));
    const Outcome<std::string> text = read_text_file(path);
    if (!text) return failed(text.error());
    configuration_.files.push_back(path);
    Words words(*text);
    std::vector<std::string> directive;
    while (std::optional<Words::Word> word = words.next()) {
      if (!word->is_mark) {
        directive.push_back(std::move(word->text));
        continue;
      }
      if (Outcome<void> taken = take(std::exchange(directive, {}), path); !taken) return taken;
    }
    return {};
  }

  NginxConfiguration result() { return std::move(configuration_); }

 private:
  Outcome<void> take(std::vector<std::string> words, const std::filesystem::path& path) {
    if (words.empty()) return {};
    if (words.front() == "include" && words.size() == 2) return include(words[1]);
    configuration_.directives.push_back({.words = std::move(words), .file = path});
    return {};
  }

  Outcome<void> include(const std::string& pattern) {
    const std::string path = folder_ / pattern;
    if (path.find_first_of("*?[") == std::string::npos) return read(path);
    glob_t found{};
    Outcome<void> outcome;
    if (::glob(path.c_str(), 0, nullptr, &found) == 0) {
      for (std::size_t index = 0; outcome && index < found.gl_pathc; ++index) outcome = read(found.gl_pathv[index]);
    }
    ::globfree(&found);
    return outcome;
  }

  std::filesystem::path folder_;
  NginxConfiguration configuration_;
};

}  // namespace

const NginxDirective* NginxConfiguration::find(std::string_view name, std::string_view parameter) const {
  for (const NginxDirective& directive : directives) {
    if (directive.words.front() == name &&
        (parameter.empty() || (directive.words.size() > 1 && directive.words[1].starts_with(parameter))))
      return &directive;
  }
  return nullptr;
}

Outcome<NginxConfiguration> read_nginx_configuration(const std::filesystem::path& path) {
  Reader reader(path.parent_path());
  if (Outcome<void> read = reader.read(path); !read) return failed(read.error());
  return reader.result();
}

}  // namespace portal::portalctl
