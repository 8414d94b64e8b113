#include "os/fork_guard.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

namespace openmatrix {
namespace {

class Witness final : public ForkAware {
 public:
  void BeforeFork() override { seen += "before "; }
  void AfterForkInParent() override { seen += "parent "; }
  void AfterForkInChild() override { seen += "child "; }

  std::string seen;
};

// Forks; true if `expected` holds in the child.
template <typename Expected>
bool Fork(const Expected& expected) {
  const pid_t child = fork();
  if (child == 0) _exit(expected() ? 0 : 1);
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

TEST(ForkGuard, TellsTheObjectBeforeAndAfterOnBothSides) {
  Witness witness;
  const ForkGuard guard(&witness);
  EXPECT_TRUE(Fork([&] { return witness.seen == "before child "; }));
  EXPECT_EQ(witness.seen, "before parent ");
}

TEST(ForkGuard, TellsEveryObjectAndEveryFork) {
  Witness one;
  Witness two;
  const ForkGuard first(&one);
  const ForkGuard second(&two);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Fork([] { return true; }));
  EXPECT_EQ(one.seen, "before parent before parent ");
  EXPECT_EQ(two.seen, one.seen);
}

TEST(ForkGuard, AnObjectWithoutItsGuardHearsNothing) {
  Witness witness;
  { const ForkGuard guard(&witness); }
  EXPECT_TRUE(Fork([&] { return witness.seen.empty(); }));
  EXPECT_TRUE(witness.seen.empty());
}

TEST(ForkGuard, AChildForksLikeItsParent) {
  Witness witness;
  const ForkGuard guard(&witness);
  EXPECT_TRUE(Fork([&] {
    return Fork([&] { return witness.seen == "before child before child "; }) &&
           witness.seen == "before child before parent ";
  }));
}

}  // namespace
}  // namespace openmatrix
