// The courier's outbox, in PostgreSQL.
#pragma once

#include <optional>

#include "courier/outbox.hpp"
#include "portalctl/database.hpp"

namespace portal::portalctl {

// Connects as portal_courier when it is first asked, and again after a connection was lost. Errors are
// kDatabaseUnavailable, log_detail says what PostgreSQL said.
class CourierOutbox final : public outside::Outbox {
 public:
  CourierOutbox(Settings settings, const outside::SendingLimits& limits)
      : settings_(std::move(settings)), limits_(limits) {}

  Result<std::vector<outside::Message>> claim(const outside::ClaimRequest& request) override;
  Result<std::optional<outside::MessageContext>> load_context(const outside::Message& message,
                                                              const std::optional<crypto::Digest>& link) override;
  Result<bool> mark(const outside::Message& message, const outside::Mark& mark) override;
  Result<void> tidy() override;
  int descriptor() const override;
  bool take_news() override;

 private:
  Result<Database*> connected();
  template <class Row>
  Result<Answer<Row>> fetch(const pg::Query& query);

  Settings settings_;
  outside::SendingLimits limits_;
  std::optional<Database> database_;
};

}  // namespace portal::portalctl
