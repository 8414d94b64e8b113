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
  EXPECT_EQ(graph.engines[1].libraries, (std::vector<std::string>{"./a.so", "./b.so"}));
  EXPECT_EQ(graph.engines[1].installed, (std::vector<std::string>{"c.so"}));
  EXPECT_EQ(graph.engines[1].workers, 3u);
  EXPECT_EQ(graph.engines[1].queue_size, 10u);
  EXPECT_EQ(graph.edges[0].target_graph, 100u);
}

TEST(GraphConfig, ReadsWhichMemoryAConnectionWantsAndWhenAnEngineIsCalledInSilence) {
  const auto plan = Plan(
      "graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" wait_inputdata_max_time: 250 "
      "is_repeat_timeout_flag: true } engines { id: 2 engine_name: \"A\" } "
      "connects { src_engine_id: 1 target_engine_id: 2 receive_memory_without_dvpp: 1 } "
      "connects { src_engine_id: 2 target_engine_id: 1 receive_memory_without_dvpp: 0 } "
      "connects { src_engine_id: 2 target_engine_id: 2 } }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  const GraphPlan& graph = plan.value()[0];
  EXPECT_EQ(graph.engines[0].quiet_ms, 250u);
  EXPECT_TRUE(graph.engines[0].quiet_repeats);
  EXPECT_EQ(graph.engines[1].quiet_ms, 0u);
  EXPECT_FALSE(graph.engines[1].quiet_repeats);
  EXPECT_TRUE(graph.edges[0].without_dvpp);
  EXPECT_FALSE(graph.edges[1].without_dvpp);
  EXPECT_FALSE(graph.edges[2].without_dvpp);
}

TEST(GraphConfig, SkipsAByteOrderMark) {
  EXPECT_TRUE(Plan("\xEF\xBB\xBFgraphs { graph_id: 1 }").ok());
}

// What published configurations do, one by one.

std::string EngineOf(const std::string& content) {
  return "graphs { graph_id: 7 engines { id: 1 engine_name: \"A\" " + content + " } }";
}

TEST(GraphConfigTolerance, LinesMayEndAsOnWindows) {
  const auto plan = Plan("# head\r\ngraphs {\r\n  graph_id: 7 # seven\r\n}\r\n");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].id, 7u);
}

TEST(GraphConfigTolerance, TabsAreBlanks) {
  EXPECT_TRUE(
      Plan("graphs\t{\n\tgraph_id:\t7\n\tengines\t{\tid: 1\tengine_name:\t\"A\"\t}\n}").ok());
}

TEST(GraphConfigTolerance, ABraceMayTouchItsName) {
  const auto plan = Plan(EngineOf("ai_config{items{name:\"n\"value:\"v\"}}"));

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].engines[0].config.items(0).value(), "v");
}

TEST(GraphConfigTolerance, AColonMayStandBeforeABrace) {
  EXPECT_TRUE(Plan("graphs: { graph_id: 7 engines: { id: 1 engine_name: \"A\" } }").ok());
}

TEST(GraphConfigTolerance, FieldsComeInAnyOrder) {
  const auto plan = Plan(
      "graphs { connects { target_engine_id: 2 src_engine_id: 1 } engines { side: HOST "
      "engine_name: \"A\" id: 1 } engines { engine_name: \"A\" id: 2 } graph_id: 7 }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].edges[0].target_graph, 7u);
}

TEST(GraphConfigTolerance, EmptyValuesAreAsGoodAsNone) {
  const auto plan = Plan(
      "graphs { graph_id: 7 device_id: \"\" engines { id: 1 engine_name: \"A\" so_name: \"\" "
      "internal_so_name: \"\" ai_config { items { name: \"n\" value: \"\" } } oam_config { } } }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].device, View::Device(0));
  EXPECT_TRUE(plan.value()[0].engines[0].libraries.empty());
}

TEST(GraphConfigTolerance, NumbersMayStandInQuotesWhereTextIsMeant) {
  const auto plan =
      Plan("graphs { graph_id: 7 device_id: '2' engines { id: 1 engine_name: \"5\" } }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].device, View::Device(2));
  EXPECT_EQ(plan.value()[0].engines[0].name, "5");
}

TEST(GraphConfigTolerance, ThreadsPortsAndLibrariesMayBeLeftOut) {
  const auto plan = Plan(
      "graphs { graph_id: 7 engines { id: 1 engine_name: \"A\" } "
      "connects { src_engine_id: 1 target_engine_id: 1 } }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].engines[0].workers, 1u);
  EXPECT_TRUE(plan.value()[0].engines[0].libraries.empty());
  EXPECT_EQ(plan.value()[0].edges[0].source_port, 0u);
  EXPECT_EQ(plan.value()[0].edges[0].target_port, 0u);
}

TEST(GraphConfigTolerance, ThreadNumZeroIsOne) {
  const auto plan = Plan(EngineOf("thread_num: 0"));

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].engines[0].workers, 1u);
}

TEST(GraphConfigTolerance, IdsUseAll32Bits) {
  const auto plan = Plan(
      "graphs { graph_id: 4294967295 engines { id: 3735928559 engine_name: \"A\" } "
      "connects { src_engine_id: 3735928559 target_engine_id: 3735928559 } }");

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].id, 4294967295u);
  EXPECT_EQ(plan.value()[0].edges[0].target_graph, 4294967295u);
}

TEST(GraphConfigTolerance, AnEngineMayHaveTheIdOfItsGraph) {
  EXPECT_TRUE(Plan("graphs { graph_id: 7 engines { id: 7 engine_name: \"A\" } }").ok());
}

TEST(GraphConfigTolerance, EngineNamesMayRepeat) {
  EXPECT_TRUE(Plan("graphs { graph_id: 7 engines { id: 1 engine_name: \"A\" } "
                   "engines { id: 2 engine_name: \"A\" } }")
                  .ok());
}

TEST(GraphConfigTolerance, LibrariesKeepTheirOrder) {
  const auto plan = Plan(EngineOf("so_name: \"./dep.so\" so_name: \"./engine.so\""));

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].engines[0].libraries,
            (std::vector<std::string>{"./dep.so", "./engine.so"}));
}

TEST(GraphConfigTolerance, TheUsualPrioritiesAndPeriodsAreTaken) {
  const auto plan =
      Plan(EngineOf("thread_priority: 95 wait_inputdata_max_time: 30000 is_repeat_timeout_flag: 1 "
                    "queue_size: 10"));

  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan.value()[0].engines[0].priority, 95u);
  EXPECT_EQ(plan.value()[0].engines[0].quiet_ms, 30000u);
  EXPECT_TRUE(plan.value()[0].engines[0].quiet_repeats);
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

// The system would take what stands before it for the name.
TEST(GraphConfig, RefusesNamesWithANulByte) {
  const std::string head = "graphs { graph_id: 1 engines { id: 1 engine_name: ";

  for (const std::string rest : {R"("A" so_name: "./a.so" so_name: "./a.so\0.b" } })",
                                 R"("A" internal_so_name: "./a.so\0.b" } })", R"("A\0" } })"}) {
    const auto plan = Plan(head + rest);
    ASSERT_FALSE(plan.ok()) << rest;
    EXPECT_EQ(plan.error().code, Code::kConfigMalformed);
    EXPECT_NE(plan.error().text.find("NUL"), std::string::npos) << plan.error().text;
  }
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

std::string Nested(int levels) {
  std::string text = "graphs { graph_id: 1 engines { id: 1 engine_name: \"A\" ai_config { items { ";
  for (int i = 0; i < levels; ++i) text += "sub_items { ";
  return text + std::string(static_cast<std::size_t>(levels), '}') + "}}}}";
}

// A parser without a limit runs out of stack.
TEST(GraphConfig, RefusesAFileThatIsNestedDeeperThanAnyReaderNeeds) {
  EXPECT_TRUE(Plan(Nested(kMaxConfigDepth - 4)).ok());
  EXPECT_EQ(FailureOf(Nested(kMaxConfigDepth)), Code::kConfigMalformed);
  EXPECT_EQ(FailureOf(Nested(1000000)), Code::kConfigMalformed);
}

// Copies go down the stack as the parser does.
TEST(GraphConfig, RefusesAListOfTheProgramThatIsNestedTooDeep) {
  hiai::GraphConfigList list;
  hiai::EngineConfig* const engine = list.add_graphs()->add_engines();
  engine->set_engine_name("A");
  hiai::AIConfigItem* item = engine->mutable_ai_config()->add_items();
  for (int depth = 1; depth < kMaxConfigDepth; ++depth) item = item->add_sub_items();

  EXPECT_TRUE(PlanGraphs(list, {0, 4}).ok());
  item->add_sub_items();

  const auto plan = PlanGraphs(list, {0, 4});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code, Code::kConfigMalformed);
  EXPECT_NE(plan.error().text.find("engine 0"), std::string::npos) << plan.error().text;
}

TEST(GraphConfig, ReadsRegularFilesOnlyAndSaysWhich) {
  for (const char* path : {"/dev/zero", "/", "/proc/self/pagemap", "/proc/self/mem"}) {
    const auto list = ReadGraphConfig(path);
    ASSERT_FALSE(list.ok()) << path;
    EXPECT_EQ(list.error().code, Code::kConfigMalformed) << path;
    EXPECT_NE(list.error().text.find(path), std::string::npos) << list.error().text;
  }
}

}  // namespace
}  // namespace openmatrix
