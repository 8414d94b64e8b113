#include "base/cancellation.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include "cancelled.h"

namespace openmatrix {
namespace {

int StateNow() {
  int state = -1;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  pthread_setcancelstate(state, nullptr);
  return state;
}

TEST(NoCancellation, LastsAsLongAsItLives) {
  EXPECT_TRUE(OutlivesItsCancellation([] {
    const NoCancellation here;
    pthread_testcancel();
  }));
}

TEST(NoCancellation, EndsWithTheOutermost) {
  {
    const NoCancellation outer;
    { const NoCancellation inner; }
    EXPECT_EQ(StateNow(), PTHREAD_CANCEL_DISABLE);
  }
  EXPECT_EQ(StateNow(), PTHREAD_CANCEL_ENABLE);
}

TEST(NoCancellation, LeavesAThreadThatDisabledItselfAsItWas) {
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  {
    const NoCancellation here;
    const UserCancellation users;
    EXPECT_EQ(StateNow(), PTHREAD_CANCEL_DISABLE);
  }
  EXPECT_EQ(StateNow(), PTHREAD_CANCEL_DISABLE);
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
}

TEST(UserCancellation, GivesTheProgramItsStateBackForAWhile) {
  const NoCancellation library;
  {
    const UserCancellation program;
    EXPECT_EQ(StateNow(), PTHREAD_CANCEL_ENABLE);
    {
      const NoCancellation library_again;
      EXPECT_EQ(StateNow(), PTHREAD_CANCEL_DISABLE);
    }
    EXPECT_EQ(StateNow(), PTHREAD_CANCEL_ENABLE);
  }
  EXPECT_EQ(StateNow(), PTHREAD_CANCEL_DISABLE);
}

TEST(UserCancellation, KeepsWhatTheProgramSetsMeanwhile) {
  {
    const NoCancellation library;
    const UserCancellation program;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  }
  EXPECT_EQ(StateNow(), PTHREAD_CANCEL_DISABLE);
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
}

TEST(UserCancellation, LetsTheThreadBeCancelledAndUnwindsTheLibrary) {
  bool unwound = false;
  struct Unwound {
    bool& flag;
    ~Unwound() { flag = true; }
  };
  CancellableThread thread([&] {
    const Unwound library{unwound};
    const NoCancellation here;
    pthread_cancel(pthread_self());
    const UserCancellation program;
    pthread_testcancel();
    ADD_FAILURE() << "was not cancelled";
  });

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_TRUE(unwound);
}

}  // namespace
}  // namespace openmatrix
