// Tests src/api/guard.*: what bodies answer, what they throw, and what is logged about it.
#include "api/guard.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <new>
#include <stdexcept>
#include <string>

#include "../base/cancelled.h"
#include "log_capture.h"
#include "runtime/user_call.h"

namespace openmatrix {
namespace {

TEST(Guard, PassesStatusesThrough) {
  EXPECT_EQ(Guard([] { return HIAI_OK; }), HIAI_OK);
  EXPECT_EQ(Guard([]() -> HIAI_StatusT { return 3; }), 3u);
}

TEST(Guard, TranslatesResults) {
  EXPECT_EQ(Guard([] { return Status(); }), HIAI_OK);
  EXPECT_EQ(Guard([] { return Result<int>(5); }), HIAI_OK);
  EXPECT_EQ(Guard([] { return Status(Code::kNoGraph, ""); }), HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(Guard([] { return Result<int>(Error{Code::kUserStatus, "", 3}); }), 3u);
}

TEST(Guard, LogsTheTextOfAFailureOnce) {
  LogCapture log(LogLevel::kInfo);

  EXPECT_EQ(Guard([] { return Status(Code::kNoGraph, "there is no graph 7"); }),
            HIAI_GRAPH_NOT_EXIST);

  EXPECT_NE(log.Text().find(" ERROR there is no graph 7\n"), std::string::npos) << log.Text();
}

TEST(Guard, SaysNothingAboutWhatIsTriedAgain) {
  LogCapture log(LogLevel::kInfo);

  EXPECT_EQ(Guard([] { return Status(Code::kQueueFull, "port 0 is full"); }), HIAI_QUEUE_FULL);

  EXPECT_EQ(log.Text(), "");
}

TEST(Guard, StopsExceptions) {
  LogCapture log(LogLevel::kInfo);

  EXPECT_EQ(Guard([]() -> Status { throw std::runtime_error("boom"); }), HIAI_EXCEPTION);
  EXPECT_EQ(Guard([]() -> Status { throw 5; }), HIAI_EXCEPTION);
  EXPECT_EQ(Guard([]() -> Status { throw std::bad_alloc(); }), HIAI_MEMORY_EXHAUSTED);

  EXPECT_NE(log.Text().find("boom"), std::string::npos) << log.Text();
}

TEST(Guard, LetsAThreadLeaveThatEndsInUserCode) {
  const auto leave = [](void* answer) -> void* {
    static_cast<void>(Guard([&]() -> Status {
      pthread_exit(answer);
      return {};
    }));
    return nullptr;  // not reached
  };
  int answer = 0;
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, leave, &answer), 0);
  void* result = nullptr;
  ASSERT_EQ(pthread_join(thread, &result), 0);

  EXPECT_EQ(result, &answer);
}

TEST(Guard, KeepsItsThreadFromBeingCancelled) {
  EXPECT_TRUE(OutlivesItsCancellation([] {
    static_cast<void>(Guard([]() -> Status {
      pthread_testcancel();
      return {};
    }));
  }));
}

TEST(Guard, LetsItsThreadBeCancelledInUserCode) {
  CancellableThread thread([] {
    static_cast<void>(Guard([]() -> Status {
      pthread_cancel(pthread_self());
      CallUser("here", "a hook", [] { pthread_testcancel(); });
      ADD_FAILURE() << "was not cancelled";
      return {};
    }));
  });

  EXPECT_TRUE(thread.EndsCancelled());
}

// C++ ends the program when a destructor is unwound.
TEST(Guard, KeepsItsThreadFromBeingCancelledInDestructorsOfUsers) {
  struct Closing {
    ~Closing() { pthread_testcancel(); }
  };
  EXPECT_TRUE(OutlivesItsCancellation(
      [] { DropUsers("here", "a destructor", [] { const Closing closing; }); }));
}

TEST(Guard, AnswersAnEmptyValueWhenMemoryEnds) {
  LogCapture log(LogLevel::kInfo);

  EXPECT_EQ(GuardValue<std::string>([] { return std::string("text"); }), "text");
  EXPECT_EQ(GuardValue<std::string>([]() -> std::string { throw std::bad_alloc(); }), "");

  EXPECT_NE(log.Text().find(" ERROR the process is out of ordinary memory\n"), std::string::npos);
}

}  // namespace
}  // namespace openmatrix
