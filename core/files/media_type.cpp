#include "files/media_type.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "http/request.hpp"

namespace portal::files {
namespace {

using Recognizer = bool (*)(std::string_view head) noexcept;

bool is_pdf(std::string_view head) noexcept { return head.starts_with("%PDF-"); }
bool is_jpeg(std::string_view head) noexcept { return head.starts_with("\xFF\xD8\xFF"); }
bool is_png(std::string_view head) noexcept { return head.starts_with("\x89PNG\r\n\x1A\n"); }
bool is_gif(std::string_view head) noexcept { return head.starts_with("GIF87a") || head.starts_with("GIF89a"); }
bool is_webp(std::string_view head) noexcept {
  return head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == "WEBP";
}
// ISO base media file format: the first box is "ftyp", and its brand is one of pictures.
bool is_heic(std::string_view head) noexcept {
  if (head.size() < 12 || head.substr(4, 4) != "ftyp") return false;
  const std::string_view brand = head.substr(8, 4);
  return brand == "heic" || brand == "heix" || brand == "mif1" || brand == "msf1";
}
bool is_zip(std::string_view head) noexcept { return head.starts_with("PK\x03\x04"); }
// The head may end inside a character.
bool is_text(std::string_view head) noexcept {
  const std::size_t valid = count_valid_bytes(head);
  if (head.size() - valid > (head.size() == kHeadBytes ? 3U : 0U)) return false;
  return std::ranges::none_of(head.substr(0, valid), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (byte < 0x20 && character != '\n' && character != '\r' && character != '\t' && character != '\f') ||
           byte == 0x7F;
  });
}

struct Type {
  std::string_view media_type;
  Showing showing;
  Recognizer recognizes;
  std::array<std::string_view, 2> extensions;  // the first one is given to files that have none
};

constexpr std::array kTypes = {
    Type{"application/pdf", Showing::kInline, is_pdf, {"pdf", ""}},
    Type{"image/jpeg", Showing::kInline, is_jpeg, {"jpg", "jpeg"}},
    Type{"image/png", Showing::kInline, is_png, {"png", ""}},
    Type{"image/gif", Showing::kInline, is_gif, {"gif", ""}},
    Type{"image/webp", Showing::kInline, is_webp, {"webp", ""}},
    Type{"text/plain", Showing::kInline, is_text, {"txt", ""}},
    Type{"image/heic", Showing::kSaved, is_heic, {"heic", "heif"}},
    Type{"text/csv", Showing::kSaved, is_text, {"csv", ""}},
    Type{"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         Showing::kSaved,
         is_zip,
         {"docx", ""}},
    Type{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Showing::kSaved, is_zip, {"xlsx", ""}},
    Type{"application/vnd.oasis.opendocument.text", Showing::kSaved, is_zip, {"odt", ""}},
    Type{"application/vnd.oasis.opendocument.spreadsheet", Showing::kSaved, is_zip, {"ods", ""}},
};

std::string_view extension_of(std::string_view name) noexcept {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

bool has_extension(const Type& type, std::string_view name) noexcept {
  const std::string_view extension = extension_of(name);
  return !extension.empty() && std::ranges::any_of(type.extensions, [extension](std::string_view each) {
    return http::equals_ignoring_case(each, extension);
  });
}

const Type* find_type(std::string_view media_type) noexcept {
  const auto* const found = std::ranges::find(kTypes, media_type, &Type::media_type);
  return found == kTypes.end() ? nullptr : found;
}

}  // namespace

ServedType served_type(std::string_view stored) noexcept {
  const Type* type = find_type(stored);
  return type ? ServedType{type->media_type, type->showing} : ServedType{kUnknownType, Showing::kSaved};
}

std::string_view detect_type(std::string_view head, std::string_view name) noexcept {
  head = head.substr(0, kHeadBytes);
  for (const Type& type : kTypes) {
    if (has_extension(type, name) && type.recognizes(head)) return type.media_type;
  }
  return kUnknownType;
}

std::string with_extension(std::string_view name, std::string_view media_type) {
  std::string result(name);
  const Type* type = find_type(media_type);
  if (type && !has_extension(*type, name)) result.append(".").append(type->extensions.front());
  return result;
}

}  // namespace portal::files
