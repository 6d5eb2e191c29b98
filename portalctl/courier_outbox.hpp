// The courier's outbox, in PostgreSQL.
#pragma once

#include <chrono>
#include <optional>

#include "courier/outbox.hpp"
#include "portalctl/database.hpp"

namespace portal::portalctl {

// Connects as portal_courier when it is first asked, and again after a connection was lost. Errors are
// kDatabaseUnavailable, log_detail says what PostgreSQL said.
class CourierOutbox final : public outside::Outbox {
 public:
  CourierOutbox(Settings settings, const outside::CourierSettings& courier)
      : settings_(std::move(settings)),
        limits_(courier.limits),
        patience_(courier.database_seconds),
        keep_days_(courier.keep_days) {}

  Result<std::vector<outside::Message>> claim(const outside::ClaimRequest& request) override;
  Result<std::optional<outside::MessageContext>> load_context(const outside::Message& message,
                                                              const std::optional<crypto::Digest>& link) override;
  Result<bool> mark(const outside::Message& message, const outside::Mark& mark) override;
  Result<std::vector<outside::DueNews>> due_news() override;
  Result<void> write_news(const outside::DueNews& news, const auth::LinkMessage& message) override;
  Result<void> tidy() override;
  int descriptor() const override;
  bool take_news() override;

 private:
  Result<Database*> connected();
  template <class Row>
  Result<Answer<Row>> fetch(const pg::Query& query);
  Result<std::vector<outside::NewsItem>> load_news(const outside::Message& message);
  Result<std::optional<outside::QuoteDecision>> load_decision(const outside::Message& message);

  Settings settings_;
  outside::SendingLimits limits_;
  std::chrono::seconds patience_;
  std::int32_t keep_days_;
  std::chrono::steady_clock::time_point next_removal_;  // reads all that is over, so not often
  std::optional<Database> database_;
};

}  // namespace portal::portalctl
