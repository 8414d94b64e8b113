// Several devices are several boards: each has its own copy of a library, and what that registers.
#include <cstdlib>
#include <functional>
#include <set>

#include "hiaiengine/data_type_reg.h"
#include "openmatrix/stats.h"
#include "programs/graph_fixture.h"

namespace {

class Pass : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Pass", Pass, 1) { return SendData(0, "string", arg0); }

struct Number {
  int value;
};

void NumberOut(void* object, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
  control = std::to_string(static_cast<Number*>(object)->value);
  data = nullptr;
  bytes = 0;
}

std::shared_ptr<void> NumberIn(const char*, const std::uint32_t&, const std::uint8_t*,
                               const std::uint32_t&) {
  return std::make_shared<Number>();
}

HIAI_REGISTER_SERIALIZE_FUNC("BoardTest.Number", Number, NumberOut, NumberIn)

const std::string kBoard =
    Library("libopenmatrix_test_common") + Library("libopenmatrix_test_board");

// The graph of device n has the id n + 1.
HIAI_StatusT CreateOn(std::uint32_t device, const std::string& engine,
                      const std::string& libraries) {
  return CreateFromText("graphs { graph_id: " + std::to_string(device + 1) + " device_id: \"" +
                        std::to_string(device) + "\" engines { id: 1 engine_name: \"" + engine +
                        "\" " + libraries +
                        "} engines { id: 2 engine_name: \"Pass\" side: HOST } "
                        "connects { src_engine_id: 1 target_engine_id: 2 } }");
}

class BoardsDeathTest : public GraphTest {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }

  // What a library counts and registers lasts as long as the program: so each test is one.
  static void RunAlone(const std::function<void()>& test) {
    const auto run = [&test] {
      test();
      std::exit(HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
  }

  std::string Ask(std::uint32_t device, const std::string& question) {
    const auto inbox = Watch(device + 1, 2);
    if (SendText(device + 1, 1, question) != HIAI_OK) return "not sent";
    return inbox->WaitForText();
  }
};

std::uint64_t AllocationsOf(std::uint32_t device) {
  OpenmatrixMemoryStats stats{};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), 0);
  return stats.views[1 + device].allocations;
}

TEST_F(BoardsDeathTest, ALibraryAndWhatItNeedsHaveStaticsOfTheirOwnOnEachOfFourDevices) {
  RunAlone([this] {
    std::vector<std::string> answers;
    for (std::uint32_t device = 0; device < 4; ++device) {
      ASSERT_EQ(CreateOn(device, "Board", kBoard), HIAI_OK);
      answers.push_back(Ask(device, "count"));
    }

    // Two libraries share the statics of inline functions on all devices or, with clang, on none.
    for (const std::string& answer : answers) {
      EXPECT_EQ(answer.substr(0, 15), "own 1 common 1 ");
      EXPECT_EQ(answer, answers[0]);
    }
    EXPECT_EQ(Ask(0, "count").substr(0, 15), "own 2 common 2 ");
  });
}

TEST_F(BoardsDeathTest, AnEngineOfOneDeviceIsUnknownOnAnother) {
  RunAlone([] {
    ASSERT_EQ(CreateOn(0, "Board", kBoard), HIAI_OK);

    EXPECT_EQ(CreateOn(3, "Board", ""), HIAI_GRAPH_CREATE_ENGINE_FAILED);
  });
}

TEST_F(BoardsDeathTest, EachDeviceReceivesWithTheHooksOfItsOwnCopy) {
  RunAlone([this] {
    for (std::uint32_t device = 0; device < 2; ++device) {
      ASSERT_EQ(CreateOn(device, "BoardNumbers", kBoard), HIAI_OK);
      const auto inbox = Watch(device + 1, 2);
      for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(
            hiai::Graph::GetInstance(device + 1)
                ->SendData({device + 1, 1, 0}, "BoardTest.Number", std::make_shared<Number>()),
            HIAI_OK);
      }

      EXPECT_EQ(inbox->WaitForText(0), "1") << "device " << device;
      EXPECT_EQ(inbox->WaitForText(1), "2") << "device " << device;
    }
  });
}

TEST_F(BoardsDeathTest, AThreadOfADeviceEngineTakesMemoryOfThatDevice) {
  RunAlone([this] {
    for (std::uint32_t device = 0; device < 3; ++device) {
      ASSERT_EQ(CreateOn(device, "Board", kBoard), HIAI_OK);
    }
    const std::uint64_t before[] = {AllocationsOf(0), AllocationsOf(1), AllocationsOf(2)};

    ASSERT_EQ(Ask(1, "allocate"), "allocated");

    EXPECT_EQ(AllocationsOf(0), before[0]);
    EXPECT_EQ(AllocationsOf(1), before[1] + 1);
    EXPECT_EQ(AllocationsOf(2), before[2]);
  });
}

TEST_F(BoardsDeathTest, AThreadOfADeviceEngineFindsTheFactoryOfThatDevice) {
  RunAlone([this] {
    std::set<std::string> factories;
    for (std::uint32_t device = 0; device < 3; ++device) {
      ASSERT_EQ(CreateOn(device, "Board", kBoard), HIAI_OK);
      factories.insert(Ask(device, "factory"));
    }
    factories.insert(
        std::to_string(reinterpret_cast<std::uintptr_t>(HIAIDataTypeFactory::GetInstance())));

    EXPECT_EQ(factories.size(), 4u);
  });
}

TEST_F(BoardsDeathTest, ALibraryThatNobodyNamesInItIsTheDevicesOwnToo) {
  RunAlone([this] {
    const std::string libraries =
        Library("openmatrix_test_needs_helper") + Library("openmatrix_test_helper");
    for (std::uint32_t device = 0; device < 3; ++device) {
      ASSERT_EQ(CreateOn(device, "CountsHelper", libraries), HIAI_OK);

      EXPECT_EQ(Ask(device, "count"), "1") << "device " << device;
    }
  });
}

TEST_F(BoardsDeathTest, ANeedWithoutASonameIsTheDevicesOwnWhateverTheOrderOfTheList) {
  RunAlone([this] {
    const std::string libraries =
        Library("libopenmatrix_test_board_plain") + Library("libopenmatrix_test_common_plain");
    for (std::uint32_t device = 0; device < 3; ++device) {
      ASSERT_EQ(CreateOn(device, "Board", libraries), HIAI_OK);

      EXPECT_EQ(Ask(device, "count").substr(0, 15), "own 1 common 1 ") << "device " << device;
    }
  });
}

TEST_F(BoardsDeathTest, ALibraryOfTheHostIsAnotherOneThanThatOfADevice) {
  RunAlone([this] {
    const std::string on_host = "side: HOST " + kBoard;
    ASSERT_EQ(CreateOn(1, "Board", kBoard), HIAI_OK);
    ASSERT_EQ(Ask(1, "count").substr(0, 15), "own 1 common 1 ");
    ASSERT_EQ(CreateOn(0, "Board", on_host), HIAI_OK);

    EXPECT_EQ(Ask(0, "count").substr(0, 15), "own 1 common 1 ");
  });
}

TEST_F(BoardsDeathTest, ALibraryThatIsOnTheDeviceAlreadyMayHaveTheEngine) {
  RunAlone([this] {
    const std::string so_name = Library("openmatrix_test_host");

    EXPECT_EQ(CreateOn(2, "HostLibraryEcho", "internal_" + so_name), HIAI_OK);
    EXPECT_EQ(Ask(2, "hello"), "hello");
  });
}

TEST_F(BoardsDeathTest, AMissingLibraryOfTheDeviceIsAnErrorUnlessItsEngineIsThereAlready) {
  RunAlone([] {
    const std::string missing =
        "internal_so_name: \"libnowhere.so\" internal_so_name: \"/no/b.so\" ";

    EXPECT_EQ(CreateOn(0, "Never", missing), HIAI_GRAPH_LOADSO_ERROR);
    EXPECT_EQ(CreateOn(0, "Board", kBoard + missing), HIAI_OK);
  });
}

TEST_F(BoardsDeathTest, ALibraryForAnotherProtobufIsRefused) {
  RunAlone([] {
    EXPECT_EQ(CreateOn(0, "OtherProtobuf", Library("openmatrix_test_other_protobuf")),
              HIAI_GRAPH_LOADSO_ERROR);
  });
}

}  // namespace
