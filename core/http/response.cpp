#include "http/response.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "json/writer.hpp"

namespace portal::http {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblem = "application/problem+json";
constexpr std::string_view kText = "text/plain; charset=utf-8";

Response make(Status status, std::string_view content_type, std::string body) {
  Response response{.status = status,
                    .content_type = std::string(content_type),
                    .body = std::move(body),
                    .headers = {},
                    .cookies = {}};
  response.add_header("Cache-Control", "no-store");
  return response;
}

// Where in a text of several lines is told beside the pointer: json::ObjectReader::add_error_at.
void write_field(json::Writer& writer, const FieldError& field) {
  const std::string_view pointer = field.pointer;
  const std::size_t mark = pointer.rfind("~@");
  const std::string_view place = mark == std::string_view::npos ? std::string_view() : pointer.substr(mark + 2);
  std::int32_t line = 0, column = 0;
  const char* const end = place.data() + place.size();
  const auto [after_line, no_line] = std::from_chars(place.data(), end, line);
  const bool has_place = no_line == std::errc() && after_line != end && *after_line == ':' &&
                         std::from_chars(after_line + 1, end, column).ec == std::errc();
  writer.begin_object().member("pointer", has_place ? pointer.substr(0, mark) : pointer).member("code", field.code);
  if (has_place) writer.member("line", line).member("column", column);
  writer.end_object();
}

bool is_token_character(char character) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || kMarks.contains(character);
}

// RFC 9110 section 5.5 without obs-text: what we send is ASCII.
bool is_field_character(char character) { return character == '\t' || (character >= ' ' && character <= '~'); }

}  // namespace

Response Response::json(std::string body, Status status) { return make(status, kJson, std::move(body)); }

Response Response::no_content() { return make(Status::kNoContent, {}, {}); }

Response Response::text(std::string body, Status status) { return make(status, kText, std::move(body)); }

Response Response::problem(const Error& error, std::string_view request_id, std::string_view sent_to) {
  Response response = make(static_cast<Status>(properties_of(error.code).http_status), kProblem,
                           render_problem(error, request_id, 0, sent_to));
  if (error.retry_after_seconds != 0) response.add_header("Retry-After", std::to_string(error.retry_after_seconds));
  return response;
}

void Response::add_header(std::string name, std::string value) {
  if (name.empty() || !std::ranges::all_of(name, is_token_character) ||
      !std::ranges::all_of(value, is_field_character)) {
    throw std::logic_error("a response header holds characters that could end it");
  }
  headers.push_back({std::move(name), std::move(value)});
}

std::string render_problem(const Error& error, std::string_view request_id, int status, std::string_view sent_to) {
  const ErrorProperties& properties = properties_of(error.code);
  json::Writer writer(256 + error.fields.size() * 64);
  writer.begin_object();
  writer.member("type", "urn:portico:problem:" + std::string(properties.problem_code));
  writer.member("title", properties.title);
  writer.member("status", status != 0 ? status : properties.http_status + 0);
  writer.member("code", properties.problem_code);
  writer.member("request_id", request_id);
  if (!sent_to.empty()) writer.member("sent_to", sent_to);
  if (!error.fields.empty()) {
    writer.key("errors").begin_array();
    for (const FieldError& field : error.fields) {
      write_field(writer, field);
    }
    writer.end_array();
  }
  writer.end_object();
  return writer.take();
}

}  // namespace portal::http
