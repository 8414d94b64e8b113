// What the log says of sends that lead nowhere.
#include "runtime/engine_host.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <thread>
#include <vector>

#include "../api/log_capture.h"
#include "api/process_instance.h"
#include "hiaiengine/engine.h"
#include "runtime/process.h"

namespace {

class Nowhere : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 3)
};

HIAI_IMPL_ENGINE_PROCESS("EngineHostTest.Nowhere", Nowhere, 1) {
  static_cast<void>(arg0);
  return HIAI_OK;
}

// As by a cancellation that it has allowed.
class EndsItsThread : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("EngineHostTest.EndsItsThread", EndsItsThread, 1) {
  static_cast<void>(arg0);
  ::pthread_exit(nullptr);
}

}  // namespace

namespace openmatrix {
namespace {

class EngineHostTest : public testing::Test {
 protected:
  void SetUp() override {
    hiai::GraphConfigList config;
    hiai::GraphConfig* graph = config.add_graphs();
    graph->set_graph_id(1);
    for (std::uint32_t id : {1u, 2u}) {
      hiai::EngineConfig* engine = graph->add_engines();
      engine->set_id(id);
      engine->set_engine_name("EngineHostTest.Nowhere");
      engine->set_side(hiai::EngineConfig_RunSide_HOST);
    }
    ASSERT_TRUE(GetProcess().CreateGraphs(config).ok());
  }
  void TearDown() override { EXPECT_TRUE(GetProcess().DestroyGraph(1).ok()); }

  static void Send(std::uint32_t engine, std::uint32_t port) {
    const std::shared_ptr<GraphImpl> graph = GetProcess().FindGraph(1);
    EXPECT_EQ(graph->FindEngine(engine)->engine()->SendData(port, "name", std::make_shared<int>(1)),
              HIAI_GRAPH_SRC_PORT_NOT_EXIST);
  }

  static int Lines(const std::string& text, const std::string& with) {
    int lines = 0;
    for (std::size_t at = text.find(with); at != std::string::npos; at = text.find(with, at + 1)) {
      ++lines;
    }
    return lines;
  }
};

TEST_F(EngineHostTest, AnUnconnectedPortIsWarnedOfOncePerEngineAndPort) {
  const LogCapture log(LogLevel::kInfo);

  for (int i = 0; i < 5; ++i) {
    Send(1, 0);
    Send(1, 2);
    Send(2, 0);
  }

  const std::string text = log.Text();
  EXPECT_EQ(Lines(text, "WARNING"), 3) << text;
  EXPECT_EQ(Lines(text, "\n"), 3) << text;
  EXPECT_EQ(Lines(text, "engine 1 \"EngineHostTest.Nowhere\": output port 0 "), 1) << text;
  EXPECT_EQ(Lines(text, "engine 1 \"EngineHostTest.Nowhere\": output port 2 "), 1) << text;
  EXPECT_EQ(Lines(text, "engine 2 \"EngineHostTest.Nowhere\": output port 0 "), 1) << text;
}

TEST_F(EngineHostTest, FurtherSendsToAnUnconnectedPortAreLoggedAtDebugLevel) {
  Send(1, 0);
  const LogCapture log(LogLevel::kDebug);

  Send(1, 0);
  Send(1, 0);

  const std::string text = log.Text();
  EXPECT_EQ(Lines(text, "DEBUG"), 2) << text;
  EXPECT_EQ(Lines(text, "WARNING"), 0) << text;
}

TEST_F(EngineHostTest, ThreadsThatMeetAtAnUnconnectedPortWarnOnce) {
  const LogCapture log(LogLevel::kInfo);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 50; ++round) Send(1, 1);
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Lines(log.Text(), "WARNING"), 1);
}

TEST(EngineHost, AnEngineWhoseWorkersTheProgramEndedTakesNoMessages) {
  const LogCapture log(LogLevel::kWarning);
  hiai::GraphConfigList config;
  hiai::GraphConfig* graph = config.add_graphs();
  graph->set_graph_id(2);
  hiai::EngineConfig* engine = graph->add_engines();
  engine->set_id(3);
  engine->set_engine_name("EngineHostTest.EndsItsThread");
  engine->set_side(hiai::EngineConfig_RunSide_HOST);
  engine->set_thread_num(2);
  engine->set_queue_size(1);
  ASSERT_TRUE(GetProcess().CreateGraphs(config).ok());

  Status sent;
  while (sent.ok()) {
    sent = GetProcess().Send(View::Host(), PortAddress{2, 3, 0}, "name", std::make_shared<int>(1),
                             Wait::For(std::chrono::seconds(10)));
  }

  EXPECT_EQ(sent.error().code, Code::kQueueStopped) << sent.error().text;
  const std::string text = log.Text();
  std::size_t lines = 0;
  std::size_t at = 0;
  while ((at = text.find("a worker was ended by the program's code", at)) != std::string::npos) {
    ++lines;
    ++at;
  }
  EXPECT_EQ(lines, 2u) << text;
  EXPECT_NE(text.find("WARNING graph 2, engine 3 "), std::string::npos) << text;
  EXPECT_TRUE(GetProcess().DestroyGraph(2).ok());
}

}  // namespace
}  // namespace openmatrix
