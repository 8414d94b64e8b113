// The public headers lay out and order what the 2019 headers do. The numbers are measured facts.
#include "layouts.h"

#include <gtest/gtest.h>

#include <map>

namespace {

TEST(Layouts, OfThePublicHeadersAreThoseOf2019) { EXPECT_EQ(LayoutsOfOurs(), LayoutsOfG2()); }

TEST(Layouts, AreTheMeasuredOnes) {
  std::map<std::string, std::size_t> ours;
  for (const auto& layout : LayoutsOfOurs()) ours.insert(layout);

  EXPECT_EQ(ours["size of hiai::Engine"], 216u);
  EXPECT_EQ(ours["slot of Init"], 2u);
  EXPECT_EQ(ours["slot of UpdateConfig"], 3u);
  EXPECT_EQ(ours["slot of Run"], 4u);
  EXPECT_EQ(ours["slot of InitMsgQueue"], 5u);
  EXPECT_EQ(ours["slot of RecvData"], 2u);
  EXPECT_EQ(ours["size of HIAIDataTypeFactory"], 240u);
  EXPECT_EQ(ours["size of HIAIAutoRegister"], 144u);
  EXPECT_EQ(ours["size of hiai::HIAIEngineAutoRegister"], 40u);
  EXPECT_EQ(ours["size of hiai::HIAIEngineFactory"], 48u);
  EXPECT_EQ(ours["size of hiai::MultiTypeQueue"], 112u);
  EXPECT_EQ(ours["size of hiai::Graph"], 16u);
  EXPECT_EQ(ours["size of hiai::EnginePortID"], 12u);
  EXPECT_EQ(ours["size of Image"], 48u);
  EXPECT_EQ(ours["offset of Image::data"], 32u);
}

}  // namespace
