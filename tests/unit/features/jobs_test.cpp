#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "crypto/keyring.hpp"
#include "features/field_value.hpp"
#include "features/jobs/list_query.hpp"
#include "features/jobs/words.hpp"

namespace portal::features::jobs {
namespace {

TEST(JobWords, EveryStoredStatusHasAStateAndASafeWord) {
  struct Case {
    std::string_view stored, state, successful, unsuccessful;
  };
  const std::vector<Case> cases = {
      {"unscheduled", "planned", "not_scheduled", "not_scheduled"},
      {"scheduled", "planned", "planned", "planned"},
      {"en_route", "active", "on_the_way", "on_the_way"},
      {"started", "active", "in_progress", "in_progress"},
      {"paused", "active", "paused", "paused"},
      {"finished", "finished", "finished", "could_not_be_completed"},
      {"cancelled", "cancelled", "cancelled", "cancelled"},
  };
  for (const Case& expected : cases) {
    const std::optional<Status> status = parse_status(expected.stored);
    ASSERT_TRUE(status) << expected.stored;
    EXPECT_EQ(word_of(state_of(*status)), expected.state) << expected.stored;
    EXPECT_EQ(status_word(*status, Outcome::kSuccessful), expected.successful) << expected.stored;
    EXPECT_EQ(status_word(*status, Outcome::kUnsuccessful), expected.unsuccessful) << expected.stored;
  }
}

TEST(JobWords, AnUnknownStatusIsNotGuessed) {
  for (const std::string_view word : {"", "planned", "Finished", "finished "}) EXPECT_FALSE(parse_status(word)) << word;
}

TEST(JobWords, TheWordOfEachChoiceIsTheOneThatIsParsed) {
  for (const Choice<State>& choice : kStates) EXPECT_EQ(word_of(choice.value), choice.word);
  for (const Choice<Assignment>& choice : kAssignments) EXPECT_EQ(word_of(choice.value), choice.word);
}

constexpr std::string_view kOptions =
    R"([{"id": "a", "label": "First \"one\""}, {"id": "b"}, {"id": 3, "label": "Third"}])";

// The value as the answer has it, nullopt when it was refused.
std::optional<std::string> written(FieldType type, std::string_view stored) {
  json::Writer writer;
  if (write_field_value(writer, type, stored, kOptions)) return writer.take();
  EXPECT_EQ(writer.bytes(), 0U) << "a refused value left something behind: " << stored;
  return std::nullopt;
}

struct ValueCase {
  FieldType type;
  std::string_view stored;
  std::string_view expected;
};

TEST(FieldValue, ValuesHaveTheShapesOfTheContract) {
  using enum FieldType;
  const std::vector<ValueCase> cases = {
      {kText, R"("Gate \"B\"\nleft \u00e9")", "\"Gate \\\"B\\\"\\nleft \u00e9\""},
      {kText, R"("")", R"("")"},
      {kYesNo, "true", "true"},
      {kYesNo, "false", "false"},
      {kInteger, "-42", "-42"},
      {kInteger, "9223372036854775807", "9223372036854775807"},
      {kNumber, R"("-0.125")", R"("-0.125")"},
      {kNumber, R"("12345678901234567890.5")", R"("12345678901234567890.5")"},
      {kMoney, R"({"amount": 4250, "currency": "GBP"})", R"({"amount":4250,"currency":"GBP"})"},
      {kMoney, R"({"currency": "EUR", "amount": -1, "margin": 7})", R"({"amount":-1,"currency":"EUR"})"},
      {kPickList, R"("a")", R"({"id":"a","label":"First \"one\""})"},
      {kDate, R"("2024-02-29")", R"("2024-02-29")"},
      {kTime, R"("23:59")", R"("23:59")"},
      {kDatetime, R"("2026-11-22T14:00:00Z")", R"("2026-11-22T14:00:00Z")"},
      {kDatetime, R"("2026-11-22T14:00:00.123456Z")", R"("2026-11-22T14:00:00.123456Z")"},
      {kLink, R"({"url": "https://example.com/?q=1", "label": "Manual"})",
       R"({"url":"https://example.com/?q=1","label":"Manual"})"},
      {kLink, R"({"url": "HTTP://example.com/", "label": null})", R"({"url":"HTTP://example.com/","label":null})"},
      {kLink, R"({"url": "http://example.com/", "owner": "x"})", R"({"url":"http://example.com/","label":null})"},
  };
  for (const ValueCase& expected : cases)
    EXPECT_EQ(written(expected.type, expected.stored), expected.expected) << expected.stored;
}

TEST(FieldValue, NullIsNothingFilledIn) {
  using enum FieldType;
  for (const FieldType type : {kText, kYesNo, kInteger, kNumber, kMoney, kPickList, kDate, kTime, kDatetime, kLink})
    EXPECT_EQ(written(type, "null"), "null");
}

TEST(FieldValue, WhatDoesNotFitItsTypeIsRefused) {
  using enum FieldType;
  const std::vector<ValueCase> cases = {
      {kText, "5", ""},
      {kText, R"({"a": 1})", ""},
      {kText, R"("open)", ""},
      {kText, "", ""},
      {kYesNo, R"("true")", ""},
      {kYesNo, "1", ""},
      {kInteger, "1.5", ""},
      {kInteger, R"("1")", ""},
      {kInteger, "9223372036854775808", ""},
      {kNumber, "0.5", ""},
      {kNumber, R"("")", ""},
      {kNumber, R"("-")", ""},
      {kNumber, R"("1.")", ""},
      {kNumber, R"(".5")", ""},
      {kNumber, R"("1e5")", ""},
      {kNumber, R"("+1")", ""},
      {kNumber, R"("NaN")", ""},
      {kMoney, R"({"amount": 1.5, "currency": "GBP"})", ""},
      {kMoney, R"({"amount": 1, "currency": "gbp"})", ""},
      {kMoney, R"({"amount": 1, "currency": "POUND"})", ""},
      {kMoney, R"({"amount": 1})", ""},
      {kMoney, R"({"currency": "GBP"})", ""},
      {kMoney, "12", ""},
      {kPickList, R"("c")", ""},
      {kPickList, R"("b")", ""},
      {kPickList, R"("3")", ""},
      {kPickList, "3", ""},
      {kDate, R"("2026-02-29")", ""},
      {kDate, R"("2026-2-01")", ""},
      {kDate, R"("22.11.2026")", ""},
      {kTime, R"("24:00")", ""},
      {kTime, R"("9:00")", ""},
      {kTime, R"("09:60")", ""},
      {kTime, R"("09:00:00")", ""},
      {kDatetime, R"("2026-11-22T14:00:00+00:00")", ""},
      {kDatetime, R"("2026-11-22 14:00:00Z")", ""},
      {kDatetime, R"("2026-11-22T14:00:60Z")", ""},
      {kDatetime, R"("2026-11-22T14:00:00.1234567Z")", ""},
      {kDatetime, R"("2026-11-22T14:00:00.Z")", ""},
      {kDatetime, R"("2026-02-30T14:00:00Z")", ""},
      {kDatetime, R"("Z")", ""},
      {kLink, R"({"url": "javascript:run", "label": "x"})", ""},
      {kLink, R"({"url": " https://example.com", "label": "x"})", ""},
      {kLink, R"({"url": "https://example.com/\n", "label": "x"})", ""},
      {kLink, R"({"url": "https://", "label": "x"})", ""},
      {kLink, R"({"url": "//example.com", "label": "x"})", ""},
      {kLink, R"({"url": "https://example.com", "label": 5})", ""},
      {kLink, R"("https://example.com")", ""},
      {kPhoto, R"([{"id": 1}])", ""},
      {kFile, R"("x")", ""},
      {kSignature, "true", ""},
  };
  for (const ValueCase& refused : cases)
    EXPECT_EQ(written(refused.type, refused.stored), std::nullopt) << refused.stored;
}

TEST(FieldValue, AddressesHaveALimit) {
  const std::string head = R"({"url": "https://example.com/)";
  const std::size_t path = 2048 - std::string_view("https://example.com/").size();
  EXPECT_TRUE(written(FieldType::kLink, head + std::string(path, 'a') + "\"}"));
  EXPECT_FALSE(written(FieldType::kLink, head + std::string(path + 1, 'a') + "\"}"));
}

TEST(FieldValue, TypesAreTheWordsOfTheContract) {
  const std::vector<std::string_view> words = {"text", "yes_no",   "integer", "number", "money", "pick_list", "date",
                                               "time", "datetime", "link",    "photo",  "file",  "signature"};
  for (std::size_t index = 0; index < words.size(); ++index) {
    EXPECT_EQ(parse_field_type(words[index]), static_cast<FieldType>(index)) << words[index];
    EXPECT_EQ(word_of(static_cast<FieldType>(index)), words[index]);
  }
  EXPECT_FALSE(parse_field_type("boolean"));
  EXPECT_FALSE(is_list_of_files(FieldType::kLink));
  EXPECT_TRUE(is_list_of_files(FieldType::kPhoto));
  EXPECT_TRUE(is_list_of_files(FieldType::kSignature));
}

TEST(ListQuery, NothingAskedIsEverythingFromWhatComesNext) {
  const Result<ListQuery> list = parse_list_query("");
  ASSERT_TRUE(list);
  EXPECT_FALSE(list->state || list->assignment || list->site_id || list->from || list->to || list->text ||
               list->cursor);
  EXPECT_EQ(list->sort, Sort::kScheduledAt);
  EXPECT_EQ(list->limit, 20);
  EXPECT_FALSE(list->counts);
}

TEST(ListQuery, TakesEveryParameterOfTheContract) {
  const Result<ListQuery> list = parse_list_query(
      "state=active&assignment=in_progress&site=31&from=2026-11-01&to=2026-11-30&q=boiler+%C3%A9&sort=-number&limit="
      "100&cursor=abc&"
      "counts=true");
  ASSERT_TRUE(list) << list.error().fields.at(0).pointer;
  EXPECT_EQ(list->state, State::kActive);
  EXPECT_EQ(list->assignment, Assignment::kInProgress);
  EXPECT_EQ(list->site_id, 31);
  EXPECT_EQ(list->from, Date(std::chrono::year(2026) / 11 / 1));
  EXPECT_EQ(list->to, Date(std::chrono::year(2026) / 11 / 30));
  EXPECT_EQ(list->text, "boiler \u00e9");
  EXPECT_EQ(list->sort, Sort::kNumberDescending);
  EXPECT_EQ(list->limit, 100);
  EXPECT_EQ(list->cursor, "abc");
  EXPECT_TRUE(list->counts);
}

TEST(ListQuery, WhatIsOverComesNewestFirst) {
  EXPECT_EQ(parse_list_query("state=planned")->sort, Sort::kScheduledAt);
  EXPECT_EQ(parse_list_query("state=active")->sort, Sort::kScheduledAt);
  EXPECT_EQ(parse_list_query("state=finished")->sort, Sort::kScheduledAtDescending);
  EXPECT_EQ(parse_list_query("state=cancelled")->sort, Sort::kScheduledAtDescending);
  EXPECT_EQ(parse_list_query("state=finished&sort=scheduled_at")->sort, Sort::kScheduledAt);
}

TEST(ListQuery, RefusesWhatIsWrong) {
  struct Case {
    std::string query;
    std::string_view pointer, code;
  };
  const std::string long_text(101, 'x');
  const std::vector<Case> cases = {
      {"state=open", "/query/state", "invalid_choice"},
      {"state=", "/query/state", "invalid_choice"},
      {"assignment=Assigned", "/query/assignment", "invalid_choice"},
      {"site=0", "/query/site", "invalid_id"},
      {"site=-1", "/query/site", "invalid_id"},
      {"site=9223372036854775808", "/query/site", "invalid_id"},
      {"from=2026-02-30", "/query/from", "invalid_date"},
      {"to=22/11/2026", "/query/to", "invalid_date"},
      {"from=2026-11-02&to=2026-11-01", "/query/to", "before_from"},
      {"q=", "/query/q", "too_short"},
      {"q=" + long_text, "/query/q", "too_long"},
      {"q=%ff", "/query/q", "invalid_text"},
      {"q=a%00b", "/query/q", "invalid_text"},
      {"sort=address", "/query/sort", "invalid_choice"},
      {"limit=0", "/query/limit", "out_of_range"},
      {"limit=101", "/query/limit", "out_of_range"},
      {"limit=1.5", "/query/limit", "invalid_type"},
      {"limit=20&limit=20", "/query/limit", "duplicate"},
      {"counts=1", "/query/counts", "invalid_choice"},
      {"cursor=", "/query/cursor", "too_short"},
      {"cursor=" + std::string(1025, 'a'), "/query/cursor", "too_long"},
  };
  for (const Case& wrong : cases) {
    const Result<ListQuery> list = parse_list_query(wrong.query);
    ASSERT_FALSE(list) << wrong.query;
    ASSERT_EQ(list.error().fields.size(), 1U) << wrong.query;
    EXPECT_EQ(properties_of(list.error().code).http_status, 400) << wrong.query;
    EXPECT_EQ(list.error().fields[0].pointer, wrong.pointer) << wrong.query;
    EXPECT_EQ(list.error().fields[0].code, wrong.code) << wrong.query;
  }
}

TEST(ListQuery, RefusesWhatNobodyKnows) {
  const Result<ListQuery> list = parse_list_query("state=planned&client=2");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ErrorCode::kUnknownParameter);
}

TEST(ListQuery, TakesTheLimitsThemselves) {
  EXPECT_EQ(parse_list_query("limit=1")->limit, 1);
  EXPECT_EQ(parse_list_query("q=" + std::string(100, 'x'))->text->size(), 100U);
  EXPECT_TRUE(parse_list_query("from=2026-11-01&to=2026-11-01"));
}

class Cursor : public testing::Test {
 protected:
  static crypto::Keyring fresh_keys() { return std::move(*crypto::Keyring::parse(crypto::generate_keys().view())); }
  static ListQuery query(std::string_view text) { return std::move(*parse_list_query(text)); }
  static ListQuery with_cursor(ListQuery list, std::string cursor) {
    list.cursor = std::move(cursor);
    return list;
  }

  const crypto::Keyring keys_ = fresh_keys();
  const access::Member member_{
      .account_id = 1, .member_id = 2, .membership_id = 3, .client_id = 4, .permissions = {}, .session_hash = {}};
};

TEST_F(Cursor, OpensWhereItWasMade) {
  for (const std::optional<std::int64_t> value : {std::optional<std::int64_t>(-5), std::optional<std::int64_t>()}) {
    const ListQuery list = query("state=planned&q=a&limit=5");
    const std::string cursor = sign_position({value, 77}, list, member_, keys_);
    const auto position = open_position(with_cursor(list, cursor), member_, keys_);
    ASSERT_TRUE(position && *position);
    EXPECT_EQ((*position)->value, value);
    EXPECT_EQ((*position)->job_id, 77);
    // How many to a page is no part of the place.
    EXPECT_TRUE(open_position(with_cursor(query("state=planned&q=a&limit=50&counts=true"), cursor), member_, keys_));
  }
}

TEST_F(Cursor, WithoutOneTheListBeginsAtItsBeginning) {
  const auto position = open_position(query(""), member_, keys_);
  ASSERT_TRUE(position);
  EXPECT_FALSE(*position);
}

TEST_F(Cursor, IsRefusedElsewhere) {
  const ListQuery made =
      query("state=planned&assignment=assigned&site=1&from=2026-01-01&to=2026-02-01&q=a&sort=number");
  const std::string cursor = sign_position({12, 34}, made, member_, keys_);
  const std::vector<std::string_view> others = {
      "assignment=assigned&site=1&from=2026-01-01&to=2026-02-01&q=a&sort=number",
      "state=active&assignment=assigned&site=1&from=2026-01-01&to=2026-02-01&q=a&sort=number",
      "state=planned&site=1&from=2026-01-01&to=2026-02-01&q=a&sort=number",
      "state=planned&assignment=assigned&from=2026-01-01&to=2026-02-01&q=a&sort=number",
      "state=planned&assignment=assigned&site=2&from=2026-01-01&to=2026-02-01&q=a&sort=number",
      "state=planned&assignment=assigned&site=1&from=2026-01-02&to=2026-02-01&q=a&sort=number",
      "state=planned&assignment=assigned&site=1&from=2026-01-01&q=a&sort=number",
      "state=planned&assignment=assigned&site=1&from=2026-01-01&to=2026-02-01&sort=number",
      "state=planned&assignment=assigned&site=1&from=2026-01-01&to=2026-02-01&q=b&sort=number",
      "state=planned&assignment=assigned&site=1&from=2026-01-01&to=2026-02-01&q=a",
  };
  for (const std::string_view other : others) {
    const auto position = open_position(with_cursor(query(other), cursor), member_, keys_);
    ASSERT_FALSE(position) << other;
    EXPECT_EQ(position.error().code, ErrorCode::kInvalidCursor) << other;
    ASSERT_EQ(position.error().fields.size(), 1U);
    EXPECT_EQ(position.error().fields[0].pointer, "/query/cursor");
  }

  access::Member other_membership = member_;
  other_membership.membership_id = 9;
  EXPECT_FALSE(open_position(with_cursor(made, cursor), other_membership, keys_));
  access::Member other_account = member_;
  other_account.account_id = 9;
  EXPECT_FALSE(open_position(with_cursor(made, cursor), other_account, keys_));
  EXPECT_FALSE(open_position(with_cursor(made, cursor), member_, fresh_keys()));
  EXPECT_TRUE(open_position(with_cursor(made, cursor), member_, keys_));
}

TEST_F(Cursor, IsRefusedWhenAnyCharacterIsAnother) {
  const ListQuery list = query("");
  const std::string cursor = sign_position({12, 34}, list, member_, keys_);
  for (std::size_t at = 0; at < cursor.size(); ++at) {
    std::string changed = cursor;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_position(with_cursor(list, changed), member_, keys_)) << at;
  }
  EXPECT_FALSE(open_position(with_cursor(list, cursor.substr(1)), member_, keys_));
  EXPECT_FALSE(open_position(with_cursor(list, cursor + "A"), member_, keys_));
}

}  // namespace
}  // namespace portal::features::jobs
