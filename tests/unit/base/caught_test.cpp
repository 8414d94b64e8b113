#include "base/caught.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <new>
#include <stdexcept>
#include <string>

namespace openmatrix {
namespace {

struct Mute : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

// What the handler was told; empty if nothing was thrown.
template <typename Call>
std::string TextOf(const Call& call, bool out_of_memory = false) {
  std::string text;
  const bool returned = CatchAll(call, [&](const Caught& caught) {
    text = caught.text;
    EXPECT_EQ(caught.out_of_memory, out_of_memory);
  });
  EXPECT_EQ(returned, text.empty());
  return text;
}

TEST(CatchAll, TellsWhatWasThrown) {
  EXPECT_EQ(TextOf([] {}), "");
  EXPECT_EQ(TextOf([] { throw std::runtime_error("broken"); }), "broken");
  EXPECT_EQ(TextOf([] { throw Mute(); }), "nothing to say");
  EXPECT_EQ(TextOf([] { throw 7; }), "something that is no std::exception");
}

TEST(CatchAll, KnowsTheEndOfMemory) {
  EXPECT_NE(TextOf([] { throw std::bad_alloc(); }, true), "");
}

TEST(CatchAll, LetsTheUnwindingOfAThreadPass) {
  const auto leave = [](void* answer) -> void* {
    CatchAll([&] { pthread_exit(answer); }, [](const Caught&) { ADD_FAILURE() << "was caught"; });
    return nullptr;  // not reached
  };
  int answer = 0;
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, leave, &answer), 0);
  void* result = nullptr;
  ASSERT_EQ(pthread_join(thread, &result), 0);

  EXPECT_EQ(result, &answer);
}

}  // namespace
}  // namespace openmatrix
