// Two halves of one application in one process. Linked twice, with and without -rdynamic.
#define OPENMATRIX_TEST_WHERE "host"
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "libs/same_name.h"
#include "programs/graph_fixture.h"

namespace {

class Forward : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Forward", Forward, 1) { return SendData(0, "string", arg0); }

using SidesTest = GraphTest;

std::string OneDeviceEngine(const std::string& name, const std::string& libraries) {
  return "graphs { graph_id: 1 engines { id: 1 engine_name: \"" + name + "\" " + libraries +
         "} engines { id: 2 engine_name: \"Forward\" side: HOST } "
         "connects { src_engine_id: 1 target_engine_id: 2 } }";
}

std::string AnswerOf(const std::string& name, const std::string& libraries) {
  const HIAI_StatusT status = CreateFromText(OneDeviceEngine(name, libraries));
  if (status != HIAI_OK) return "status " + std::to_string(status);
  auto inbox = std::make_shared<Inbox>();
  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({1, 2, 0}, inbox), HIAI_OK);
  EXPECT_EQ(SendText(1, 1, "question"), HIAI_OK);
  return inbox->WaitForText();
}

TEST_F(SidesTest, TheHostRunsItsOwnClass) {
  ASSERT_EQ(CreateFromText(
                "graphs { graph_id: 1 engines { id: 1 engine_name: \"SameName\" side: HOST } }"),
            HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "question"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText().substr(0, 14), "host host host");
}

// In a program of its own: the first library to register a name keeps it.
void PrintAnswerAndExit(const std::string& library) {
  const std::string answer = AnswerOf("SameName", Library(library));
  std::cerr << "answer: " << answer;
  std::_Exit(0);
}

class SidesDeathTest : public testing::Test {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(SidesDeathTest, ADeviceLibraryWithTheFlagsOfTheWrappersRunsItsOwnClass) {
  EXPECT_EXIT(PrintAnswerAndExit("openmatrix_test_device"), testing::ExitedWithCode(0),
              "answer: device device device 1");
}

TEST_F(SidesDeathTest, ADeviceLibraryWithoutTheFlagsRunsItsOwnClass) {
  EXPECT_EXIT(PrintAnswerAndExit("openmatrix_test_device_plain"), testing::ExitedWithCode(0),
              "answer: device device device");
}

#if defined(OPENMATRIX_TEST_EXPORTED)
TEST_F(SidesDeathTest, TheHostsClassIsRefusedWhereTheLibraryCannotBeCopied) {
  const auto answer_without_copy = [] {
    // Content of its own: no earlier run has left a copy of it.
    const std::string file = testing::TempDir() + "plain_" + std::to_string(::getpid()) + ".so";
    const std::string plain = OPENMATRIX_TEST_LIBRARIES "/openmatrix_test_device_plain.so";
    std::ofstream(file, std::ios::binary) << std::ifstream(plain, std::ios::binary).rdbuf() << file;
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string answer = AnswerOf("SameName", "so_name: \"" + file + "\" ");
    std::remove(file.c_str());
    std::cerr << "answer: " << answer;
    std::_Exit(0);
  };
  EXPECT_EXIT(answer_without_copy(), testing::ExitedWithCode(0),
              "answer: status " + std::to_string(HIAI_GRAPH_LOADSO_ERROR));
}
#endif

TEST_F(SidesTest, ADeviceLibraryWithoutTheFlagsMayPrintAsTheProgramDoes) {
  std::cout << "the host prints" << std::endl;

  EXPECT_EQ(AnswerOf("Prints", Library("openmatrix_test_streams")), "question 4.5");
}

TEST_F(SidesTest, AnEngineOfTheHostIsUnknownOnTheDevice) {
  EXPECT_EQ(CreateFromText("graphs { graph_id: 1 engines { id: 1 engine_name: \"Forward\" } }"),
            HIAI_GRAPH_CREATE_ENGINE_FAILED);
}

TEST_F(SidesTest, AnEngineOfTheDeviceIsUnknownOnTheHost) {
  EXPECT_EQ(CreateFromText("graphs { graph_id: 1 engines { id: 1 engine_name: \"DeviceEcho\" "
                           "side: HOST } }"),
            HIAI_GRAPH_CREATE_ENGINE_FAILED);
}

TEST_F(SidesTest, AHostEngineMayLiveInALibrary) {
  ASSERT_EQ(CreateFromText("graphs { graph_id: 1 engines { id: 1 engine_name: \"HostLibraryEcho\" "
                           "side: HOST " +
                           Library("openmatrix_test_host") + "} }"),
            HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "hello"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "hello");
}

TEST_F(SidesTest, ALibraryOfTheHostIsLoadedAgainForTheDevice) {
  ASSERT_EQ(CreateFromText("graphs { graph_id: 2 engines { id: 1 engine_name: \"HostLibraryEcho\" "
                           "side: HOST " +
                           Library("openmatrix_test_host") + "} }"),
            HIAI_OK);

  EXPECT_EQ(AnswerOf("HostLibraryEcho", Library("openmatrix_test_host")), "question");
}

TEST_F(SidesTest, ALibraryOfTheDeviceIsLoadedAgainForTheHost) {
  ASSERT_EQ(AnswerOf("NeedsHelper",
                     Library("openmatrix_test_needs_helper") + Library("openmatrix_test_helper")),
            "helped");
  ASSERT_EQ(CreateFromText("graphs { graph_id: 2 engines { id: 1 engine_name: \"NeedsHelper\" "
                           "side: HOST " +
                           Library("openmatrix_test_needs_helper") +
                           Library("openmatrix_test_helper") + "} }"),
            HIAI_OK);
  const auto inbox = Watch(2, 1);

  ASSERT_EQ(SendText(2, 1, "question"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "helped");
}

TEST_F(SidesTest, ALibraryMayUseAnotherThatItDoesNotNameInAnyOrder) {
  EXPECT_EQ(AnswerOf("NeedsHelper",
                     Library("openmatrix_test_needs_helper") + Library("openmatrix_test_helper")),
            "helped");
}

TEST_F(SidesTest, AFunctionThatNobodyCallsMayBeMissing) {
  EXPECT_EQ(AnswerOf("HalfLinked", Library("openmatrix_test_undefined")), "question");
}

TEST_F(SidesTest, LibrariesAreFoundFromTheWorkingDirectoryWithAndWithoutDot) {
  char before[4096];
  ASSERT_NE(::getcwd(before, sizeof before), nullptr);
  ASSERT_EQ(::chdir(OPENMATRIX_TEST_LIBRARIES), 0);
  const std::string with = AnswerOf("DeviceEcho", "so_name: \"./openmatrix_test_device.so\" ");
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  const std::string without = AnswerOf("DeviceEcho", "so_name: \"openmatrix_test_device.so\" ");
  ASSERT_EQ(::chdir(before), 0);

  EXPECT_EQ(with, "question");
  EXPECT_EQ(without, "question");
}

TEST_F(SidesTest, AMissingLibraryIsAnErrorUnlessItsEngineIsThereAlready) {
  EXPECT_EQ(CreateFromText(OneDeviceEngine("Never", "so_name: \"./libnowhere.so\" ")),
            HIAI_GRAPH_LOADSO_ERROR);
  ASSERT_EQ(AnswerOf("DeviceEcho", Library("openmatrix_test_device")), "question");
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  EXPECT_EQ(AnswerOf("DeviceEcho", "so_name: \"./libnowhere.so\" "), "question");
}

TEST_F(SidesTest, AFileThatIsNoLibraryIsAnError) {
  EXPECT_EQ(CreateFromText(OneDeviceEngine("Never", "so_name: \"/proc/self/cmdline\" ")),
            HIAI_GRAPH_LOADSO_ERROR);
}

TEST_F(SidesTest, TheHostSeesAndWatchesOnlyItsOwnEngines) {
  ASSERT_EQ(CreateFromText(OneDeviceEngine("DeviceEcho", Library("openmatrix_test_device"))),
            HIAI_OK);
  const auto graph = hiai::Graph::GetInstance(1);
  ASSERT_NE(graph, nullptr);

  EXPECT_EQ(graph->GetEngine(1), nullptr);
  ASSERT_NE(graph->GetEngine(2), nullptr);
  EXPECT_EQ(graph->GetEngine(2)->GetEngineName(), "Forward");
  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({1, 1, 0}, std::make_shared<Inbox>()),
            HIAI_GRAPH_ENGINE_NOT_EXIST);
}

}  // namespace
