#include "support/redis.hpp"

#include <hiredis/hiredis.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>

#include "support/process.hpp"

namespace portal::test {
namespace {

using Connection = std::unique_ptr<redisContext, decltype(&redisFree)>;

Connection connect(const std::string& path) {
  Connection connection(redisConnectUnixWithTimeout(path.c_str(), {.tv_sec = 5, .tv_usec = 0}), redisFree);
  if (connection && connection->err != 0) connection.reset();
  return connection;
}

std::string text_of(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_NIL) return "(nil)";
  if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
  if (reply.type == REDIS_REPLY_ERROR) return "ERROR " + std::string(reply.str, reply.len);
  if (reply.type != REDIS_REPLY_ARRAY) return {reply.str, reply.len};
  std::string all;
  for (std::size_t index = 0; index < reply.elements; ++index) all += text_of(*reply.element[index]) + " ";
  return all;
}

}  // namespace

PrivateRedis::PrivateRedis(std::vector<std::string> options) : options_(std::move(options)) {
  std::string pattern = "/tmp/portico-redis.XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
  folder_ = pattern;
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  start();
}

PrivateRedis::~PrivateRedis() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PrivateRedis::start() {
  std::vector<std::string> words = as_server_user();
  for (const std::string& word :
       {std::string("redis-server"), std::string("--port"), std::string("0"), std::string("--unixsocket"),
        socket_path(), std::string("--unixsocketperm"), std::string("777"), std::string("--save"), std::string(),
        std::string("--dir"), folder_}) {
    words.push_back(word);
  }
  words.insert(words.end(), options_.begin(), options_.end());
  server_ = start_program(words, folder_ + "/redis.log");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!connect(socket_path())) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("Redis did not start: " + folder_);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void PrivateRedis::stop() {
  if (server_ < 0) return;
  kill(server_, SIGKILL);
  wait_for_program(server_);
  server_ = -1;
  std::filesystem::remove(socket_path());
}

void PrivateRedis::freeze(bool on) const { kill(server_, on ? SIGSTOP : SIGCONT); }

std::string PrivateRedis::ask(const std::vector<std::string>& command) const {
  const Connection connection = connect(socket_path());
  if (!connection) throw std::runtime_error("Redis cannot be reached");
  std::vector<const char*> words;
  std::vector<std::size_t> lengths;
  for (const std::string& word : command) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  const std::unique_ptr<void, decltype(&freeReplyObject)> reply(
      redisCommandArgv(connection.get(), static_cast<int>(words.size()), words.data(), lengths.data()),
      freeReplyObject);
  if (!reply) throw std::runtime_error(connection->errstr);
  return text_of(*static_cast<const redisReply*>(reply.get()));
}

}  // namespace portal::test
