// Browsers of two accounts: they sign in and out, switch, read, leave in the middle, and judge every answer by what the
// model knows.
#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crypto/token.hpp"
#include "edge/operation.hpp"
#include "model.hpp"
#include "sim_loop.hpp"
#include "world.hpp"

namespace portal::simulation {

enum class Kind : std::uint8_t { kList, kSearch, kJob, kWho, kSignIn, kSignInWrong, kSignOut, kSwitch, kUnknownPath };

struct Visitor {
  std::int64_t account, member;
  std::string token{};  // empty: not signed in
  std::vector<std::string> old_tokens{};
  bool writing = false;
};

class Visitors {
 public:
  Visitors(World& world, SimLoop& loop, Model& model, std::vector<edge::Worker*> workers);
  ~Visitors();

  // Some request of somebody, now.
  void act();
  // Signs in and reads at each worker, and takes nothing but success for an answer.
  void probe_sign_in();
  void probe_read();
  std::size_t running() const { return running_.size(); }
  void abandon_all();
  // What nobody may trust any more because somebody else ended or changed it.
  void spoil(const Hash& hash) { spoiled_.insert(hash); }
  void spoil_member(std::int64_t member) { changed_members_.insert(member); }
  void spoil_account(std::int64_t account) { changed_accounts_.insert(account); }
  // No faults at all were planned: then nothing may fail either.
  void set_calm(bool calm) { calm_ = calm; }
  // What was said not to be done was not done later either, and nothing was done twice.
  void judge_the_end();
  std::uint64_t answers() const { return answers_; }
  std::uint64_t successes() const { return successes_; }

 private:
  struct Running;
  struct Refused {
    Kind kind;
    Hash hash;
    std::string nonce;
  };

  void start(Kind kind, Visitor& visitor, const std::string& token, std::size_t worker, bool probe);
  void on_done(Running& running) noexcept;
  void end(Running& running);
  void judge(Running& running);
  void judge_member(Running& running, int status, const std::string& code, const std::string& body);
  void judge_canaries(const Running& running, const std::string& body);
  void judge_write(Running& running, int status, const std::string& code);
  void judge_sign_in(Running& running);
  void judge_switch(Running& running);
  bool not_done(const Refused& refused) const;
  void violate(const Running& running, const std::string& what);

  World& world_;
  SimLoop& loop_;
  Model& model_;
  std::vector<edge::Worker*> workers_;
  std::list<Visitor> visitors_;
  std::list<std::unique_ptr<Running>> running_;
  std::vector<Refused> refused_;
  std::set<Hash> spoiled_;
  std::set<std::int64_t> changed_members_, changed_accounts_;
  std::uint64_t nonces_ = 1000;
  std::uint64_t answers_ = 0, successes_ = 0;
  bool calm_ = false;
};

}  // namespace portal::simulation
