// Registers every CMUnitTest of the C tests as a GoogleTest test, so that one runner reports both. cmocka itself runs
// each, with its setup and teardown.
#include <gtest/gtest.h>

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <span>

extern "C" {
// Needs those before it, and says nothing of its linkage.
#include <cmocka.h>

// Each C file ends with such a function.
const CMUnitTest* c_api_keys_tests(std::size_t* count);
const CMUnitTest* c_api_worker_tests(std::size_t* count);
const CMUnitTest* c_api_operation_tests(std::size_t* count);
const CMUnitTest* c_api_identify_tests(std::size_t* count);
}

namespace portal::test {
namespace {

class CmockaTest : public ::testing::Test {
 public:
  explicit CmockaTest(const CMUnitTest& test) : test_(test) {}
  void TestBody() override {
    EXPECT_EQ(_cmocka_run_group_tests(test_.name, &test_, 1, nullptr, nullptr), 0)
        << "cmocka has said above what failed";
  }

 private:
  CMUnitTest test_;
};

int add_suite(const char* name, const CMUnitTest* (*tests_of)(std::size_t*)) {
  cmocka_set_message_output(CM_OUTPUT_TAP);
  std::size_t count = 0;
  const CMUnitTest* tests = tests_of(&count);
  for (const CMUnitTest& test : std::span(tests, count)) {
    ::testing::RegisterTest(name, test.name, nullptr, nullptr, __FILE__, __LINE__,
                            [&test]() -> ::testing::Test* { return new CmockaTest(test); });
  }
  return static_cast<int>(count);
}

// Tests have to be known before main() begins.
const int kRegistered = add_suite("CApiKeys", c_api_keys_tests) + add_suite("CApiWorker", c_api_worker_tests) +
                        add_suite("CApiOperation", c_api_operation_tests) +
                        add_suite("CApiIdentify", c_api_identify_tests);

TEST(CmockaSuites, AreThere) { EXPECT_GE(kRegistered, 15); }

}  // namespace
}  // namespace portal::test
