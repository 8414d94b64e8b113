// Archives that lie: every one ends in cereal's exception, after memory in proportion to the bytes
// that are there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "data_type_bytes.h"
#include "hiaiengine/data_type.h"

namespace openmatrix {
namespace {

// An element that notes how large its arrays are.
struct Element {
  std::uint8_t byte;

  static void* operator new[](std::size_t bytes) {
    largest = std::max(largest, bytes);
    return ::operator new[](bytes);
  }
  static void operator delete[](void* block) { ::operator delete[](block); }
  static std::size_t largest;
};
std::size_t Element::largest = 0;

constexpr std::uint32_t kMost = 0xFFFFFFFF;
constexpr std::uint64_t kMost64 = 0xFFFFFFFFFFFFFFFF;

template <typename T>
void ExpectRefused(const std::string& bytes) {
  Element::largest = 0;
  EXPECT_THROW(ReadBack<T>(bytes), cereal::Exception);
  EXPECT_LE(Element::largest, 2 * (bytes.size() + (1u << 20)));
}

TEST(HostileArchive, ArraysThatAreNotThereAreNotAllocated) {
  ExpectRefused<hiai::ImageData<Element>>(Bytes().Zeros(7 * 4).U32(kMost).U8(1));
  ExpectRefused<hiai::MaskMatrix<Element>>(Bytes().U32(kMost).U32(kMost).U8(1));
  ExpectRefused<hiai::Feature<Element>>(Bytes().U32(0x7FFFFFFF).U8(1));
  ExpectRefused<hiai::FeatureRecord<Element>>(Bytes().U32(1).U32(kMost).U8(1));
  ExpectRefused<hiai::RLECode>(Bytes().U32(kMost).U32(1).U32(1).U32(1));
  ExpectRefused<hiai::RawDataBuffer>(Bytes().U32(kMost).U8(1));
  ExpectRefused<hiai::RetrievalSet<float, Element>>(
      Bytes().U32(1).F32(1).U64(1).U32(1).U32(kMost).U8(1));
}

TEST(HostileArchive, AnArrayGrowsWithTheBytesThatCome) {
  const std::size_t there = std::size_t{3} << 20;

  ExpectRefused<hiai::ImageData<Element>>(Bytes().Zeros(7 * 4).U32(kMost).Zeros(there));

  EXPECT_GE(Element::largest, there);
}

TEST(HostileArchive, CountsThatAreNotTrueAreRefused) {
  ExpectRefused<hiai::Polygon<float>>(Bytes().U64(kMost64).F32(1));
  ExpectRefused<hiai::Polygon<hiai::Point2D>>(Bytes().U64(kMost64).U32(1).U32(1));
  ExpectRefused<hiai::RoiPolygon>(Bytes().U32(1).U64(kMost64));
  ExpectRefused<hiai::BatchInfo>(Bytes().Zeros(2 + 5 * 4).U64(kMost64).U32(1));
  ExpectRefused<hiai::BatchImagePara<Element>>(Bytes().NoBatch().U64(kMost64));
  ExpectRefused<hiai::IDTreeNode>(Bytes().U64(0).U64(kMost64).U8(1));
  ExpectRefused<hiai::IDTreeNode>(Bytes().U64(0).U64(0).U64(kMost64));
  ExpectRefused<hiai::AttributeTopN<float>>(Bytes().U32(1).U64(kMost64));
  ExpectRefused<hiai::AttributeTopN<float>>(Bytes().U32(1).U64(1).Text("a").U64(kMost64));
  ExpectRefused<hiai::Attribute<float>>(Bytes().U64(kMost64).U8('a'));
  ExpectRefused<hiai::ClassificationVec<float>>(Bytes().U64(kMost64));
}

TEST(HostileArchive, EveryCutIsNoticed) {
  hiai::BatchDetectedObjectPara<hiai::Rectangle<hiai::Point2D>, float> para;
  para.v_location.resize(1);
  para.v_location[0].range.resize(2);
  para.v_location[0].confidence = {1, 2};
  const std::string whole = Written(para);

  for (std::size_t size = 0; size < whole.size(); ++size) {
    ExpectRefused<decltype(para)>(whole.substr(0, size));
  }
}

TEST(HostileArchive, ATreeIsNotFollowedForEver) {
  const auto levels = [](int count) {
    Bytes bytes;
    for (int i = 1; i < count; ++i) bytes.U64(0).U64(0).U64(1);
    return std::string(bytes.U64(0).U64(0).U64(0));
  };

  EXPECT_EQ(ReadBack<hiai::IDTreeNode>(levels(1000)).node.size(), 1u);
  ExpectRefused<hiai::IDTreeNode>(levels(1001));
  ExpectRefused<hiai::BatchIDTreePara>(std::string(Bytes().NoBatch().U64(1)) +
                                       levels(1000000).substr(1));
}

TEST(HostileArchive, OddBytesAreTrueAndOddFormatsStayNumbers) {
  const auto frame = ReadBack<hiai::FrameInfo>(Bytes().U8(2).U8(0xFF).Zeros(4 * 4 + 8));
  const auto tree = ReadBack<hiai::IDTreeNode>(Bytes().U64(0).U64(1).U8(7).U64(0));
  const auto image = ReadBack<hiai::ImageData<Element>>(Bytes().U32(kMost).Zeros(7 * 4));

  EXPECT_TRUE(frame.is_first);
  EXPECT_TRUE(frame.is_last);
  EXPECT_TRUE(tree.is_leaf.at(0));
  EXPECT_EQ(image.format, -1);
}

TEST(HostileArchive, ANegativeCountOfFeaturesMeansNone) {
  const auto feature = ReadBack<hiai::Feature<Element>>(Bytes().U32(kMost).U8(1));

  EXPECT_EQ(feature.len, -1);
  EXPECT_EQ(feature.feature, nullptr);
}

// A picture that says it has room, and has none.
TEST(HostileArchive, MemoryThatIsNotThereIsNotWrittenTo) {
  hiai::RawDataBuffer raw = {100, nullptr};

  ReadInto(raw, Bytes().U32(1).U8(8));

  ASSERT_NE(raw.data, nullptr);
  EXPECT_EQ(*raw.data, 8);
}

}  // namespace
}  // namespace openmatrix
