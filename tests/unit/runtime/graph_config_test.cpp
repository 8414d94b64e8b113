#include "runtime/graph_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace openmatrix {
namespace {

Result<std::vector<GraphPlan>> Plan(const std::string& text, PlanLimits limits = {0, 4}) {
  const Result<hiai::GraphConfigList> list = ParseGraphConfig(text, "test");
  if (!list.ok()) return list.error();
  return PlanGraphs(list.value(), limits);
}

Code FailureOf(const std::string& text, PlanLimits limits = {0, 4}) {
  const auto plan = Plan(text, limits);
  return plan.ok() ? Code::kCount : plan.error().code;
}

TEST(GraphConfig, FillsInWhatTheFileLeavesOut) {
  const auto plan = Plan("graphs { graph_id: 7 engines { id: 1 engine_name: \"A\" } }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  ASSERT_EQ(plan.value().size(), 1u);
  EXPECT_EQ(plan.value()[0].device, View::Device(0));
  ASSERT_EQ(plan.value()[0].engines.size(), 1u);
  const EnginePlan& engine = plan.value()[0].engines[0];
  EXPECT_EQ(engine.side, View::Device(0));
  EXPECT_EQ(engine.workers, 1u);
  EXPECT_EQ(engine.queue_size, 200u);
  EXPECT_EQ(engine.priority, 0u);
  EXPECT_TRUE(engine.libraries.empty());
}

TEST(GraphConfig, AcceptsWhatPublishedFilesLookLike) {
  const auto plan = Plan(
      "# a comment\r\n"
      "graphs{\r\n\tdevice_id: \"2\"\r\n  graph_id : 100 # why not\r\n"
      "  connects{ target_port_id:0 target_engine_id: 2 src_port_id: 0 src_engine_id: 1 }\r\n"
      "  engines{ side: HOST engine_name: \"A\" id: 1 ai_config{ items{ name: \"n\" value: \"\" } "
      "} }\r\n"
      "  engines { id: 2 engine_name: \"A\" so_name: \"./a.so\" so_name: \"\" so_name: "
      "\"./b.so\"\r\n"
      "    thread_num: 3 thread_priority: 99 queue_size: 10 internal_so_name: \"c.so\" }\r\n"
      "}\r\n");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  const GraphPlan& graph = plan.value()[0];
  EXPECT_EQ(graph.device, View::Device(2));
  EXPECT_EQ(graph.engines[0].side, View::Host());
  EXPECT_EQ(graph.engines[0].config.items(0).name(), "n");
  EXPECT_EQ(graph.engines[1].libraries, (std::vector<std::string>{"./a.so", "./b.so", "c.so"}));
  EXPECT_EQ(graph.engines[1].workers, 3u);
  EXPECT_EQ(graph.engines[1].queue_size, 10u);
  EXPECT_EQ(graph.edges[0].target_graph, 100u);
}

TEST(GraphConfig, SkipsAByteOrderMark) {
  EXPECT_TRUE(Plan("\xEF\xBB\xBFgraphs { graph_id: 1 }").ok());
}

TEST(GraphConfig, TheDeviceOfInitCountsWhereNoneIsNamed) {
  const auto plan = Plan("graphs { graph_id: 1 }", PlanLimits{3, 4});

  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan.value()[0].device, View::Device(3));
}

TEST(GraphConfig, SaysWhereTheTextIsMalformed) {
  const auto list = ParseGraphConfig("graphs {\n  graph_id: 1\n  nonsense: 2\n}", "my.config");

  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, Code::kConfigMalformed);
  EXPECT_NE(list.error().text.find("my.config:3:"), std::string::npos) << list.error().text;
}

TEST(GraphConfig, AFileThatIsNotThereIsMissing) {
  const auto list = ReadGraphConfig("no/such/file.config");

  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, Code::kFileMissing);
  EXPECT_NE(list.error().text.find("no/such/file.config"), std::string::npos);
}

TEST(GraphConfig, ADirectoryIsMalformed) {
  const auto list = ReadGraphConfig("/");

  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, Code::kConfigMalformed);
}

TEST(GraphConfig, NoGraphAtAllIsMalformed) { EXPECT_EQ(FailureOf(""), Code::kConfigMalformed); }

TEST(GraphConfig, RefusesAGraphIdThatIsUsedTwice) {
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 } graphs { graph_id: 1 }"), Code::kGraphIdExists);
}

TEST(GraphConfig, RefusesAnEngineIdThatIsUsedTwice) {
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" }"
                      " engines { id: 1 engine_name: \"B\" } }"),
            Code::kEngineIdRepeated);
}

TEST(GraphConfig, RefusesConnectionsOfUnknownEngines) {
  const std::string head = "graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" } connects { ";

  EXPECT_EQ(FailureOf(head + "src_engine_id: 2 target_engine_id: 1 } }"), Code::kBadConnection);
  EXPECT_EQ(FailureOf(head + "src_engine_id: 1 target_engine_id: 2 } }"), Code::kBadConnection);
  EXPECT_EQ(FailureOf(head + "src_engine_id: 1 target_engine_id: 1 target_graph_id: 9 } }"),
            Code::kBadConnection);
}

TEST(GraphConfig, ConnectsGraphsOfOneFile) {
  EXPECT_TRUE(Plan("graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" }"
                   " connects { src_engine_id: 1 target_graph_id: 2 target_engine_id: 5 } }"
                   " graphs { graph_id: 2 engines { id: 5 engine_name: \"A\" } }")
                  .ok());
}

TEST(GraphConfig, RefusesAnEngineWithoutAName) {
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 engines { id: 1 } }"), Code::kEngineNotCreated);
}

TEST(GraphConfig, RefusesDevicesThatDoNotExist) {
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 device_id: \"4\" }"), Code::kOutOfRange);
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 device_id: \"one\" }"), Code::kConfigMalformed);
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 device_id: \"-1\" }"), Code::kConfigMalformed);
  EXPECT_EQ(FailureOf("graphs { graph_id: 1 device_id: \"99999999999999999999\" }"),
            Code::kConfigMalformed);
}

TEST(GraphConfig, RefusesPrioritiesAndWorkersOutOfRange) {
  const std::string head = "graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" ";

  EXPECT_EQ(FailureOf(head + "thread_priority: 100 } }"), Code::kOutOfRange);
  EXPECT_EQ(FailureOf(head + "thread_num: 100000 } }"), Code::kOutOfRange);
}

TEST(GraphConfig, CutsAQueueThatCouldNotBeAllocated) {
  const auto plan =
      Plan("graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" queue_size: 4000000000 } }");

  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan.value()[0].engines[0].queue_size, kMaxQueueSize);
}

TEST(GraphConfig, TakesUpTo512Engines) {
  std::string text = "graphs { graph_id: 1 ";
  for (int i = 0; i < 512; ++i) {
    text += "engines { id: " + std::to_string(i) + " engine_name: \"A\" } ";
  }

  EXPECT_TRUE(Plan(text + "}").ok());
  EXPECT_EQ(FailureOf(text + "engines { id: 512 engine_name: \"A\" } }"), Code::kOutOfRange);
}

TEST(GraphConfig, GraphZeroIsRefusedUnderStrictRulesOnly) {
  EXPECT_TRUE(Plan("graphs { graph_id: 0 }").ok());
  EXPECT_EQ(FailureOf("graphs { graph_id: 0 }", PlanLimits{0, 4, Rules::kStrict}),
            Code::kInvalidValue);
}

}  // namespace
}  // namespace openmatrix
