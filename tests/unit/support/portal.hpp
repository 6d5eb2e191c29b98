// A worker of the portal on the test's loop, with the demo accounts: whole requests without nginx.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "crypto/token.hpp"
#include "edge/operation.hpp"
#include "edge/worker.hpp"
#include "io/epoll_loop.hpp"
#include "support/engine.hpp"

namespace portal::test {

// A member of the demo account brightwater who may see jobs.
struct DemoMember {
  std::string email;
  std::string password;
};
DemoMember first_demo_member();

// The text of a new session of a membership, written past the portal.
std::string open_session(const std::string& membership_id);
// The oldest active membership of brightwater.
std::string demo_membership();

class PortalWorker {
 public:
  explicit PortalWorker(edge::WorkerOptions options = {},
                        const std::string& socket_folder = PrivatePostgres::get().socket_folder());

  struct Asking {
    std::string method = "GET";
    std::string path = {};
    std::string body = {};
    std::string session = {};  // the value of the cookie
    std::vector<http::Header> headers = {};
    std::string account = "brightwater.localhost";
    std::string host = {};  // empty: the account, as with `portal_account $host`
  };

  // One request. Destroying it aborts it.
  class Request {
   public:
    Request(PortalWorker& portal, Asking asking);
    bool done() const { return done_; }
    const http::Response& response() const { return operation_.response(); }

   private:
    http::Request describe();
    void on_done() noexcept { done_ = true; }

    Asking asking_;
    std::string cookie_;
    std::vector<http::Header> headers_;
    bool done_ = false;
    edge::Operation operation_;
  };

  std::unique_ptr<Request> start(Asking asking) { return std::make_unique<Request>(*this, std::move(asking)); }
  // Waits for the answer; throws when none comes.
  http::Response answer_of(Asking asking);
  std::string status_and_code(Asking asking);  // "404 not_found", "200"

  static crypto::Keyring keys();

  io::EpollLoop loop;
  MemoryLog log;
  crypto::Keyring keyring = keys();
  io::ThreadOffload offload{loop, 1, 2};
  edge::Worker worker;
};

}  // namespace portal::test
