// Features of objects and what a search for them found, of hiaiengine/data_type.h, which is what to
// include.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hiaiengine/internal/data_type_archive.h"
#include "hiaiengine/internal/data_type_image.h"

namespace hiai {

/// @brief The features of an object.
template <class T>
struct Feature {
  int32_t len;                 ///< how many
  std::shared_ptr<T> feature;  ///< the features, an array
};

/// @brief Archives the number, then the bytes of the elements; none if it is negative. See
/// ImageData.
///
/// @source [header] order, [choice] negative numbers
template <class Archive, class T>
void serialize(Archive& ar, Feature<T>& value) {
  const uint32_t room = value.len < 0 ? 0 : static_cast<uint32_t>(value.len);
  openmatrix::archive::Members(ar, value.len);
  const uint32_t count = value.len < 0 ? 0 : static_cast<uint32_t>(value.len);
  openmatrix::archive::Elements(ar, value.feature, room, count);
}

/// @brief The features of an object, of several kinds.
template <class T>
struct FeatureList {
  uint32_t obj_ID;                       ///< the object
  std::vector<Feature<T>> feature_list;  ///< per kind
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, FeatureList<T>& value) {
  openmatrix::archive::Members(ar, value.obj_ID, value.feature_list);
}

/// @brief The features of objects.
template <class T>
struct FeatureVec {
  std::vector<FeatureList<T>> obj_feature;  ///< per object
};

/// @brief Archives the member.
template <class Archive, class T>
void serialize(Archive& ar, FeatureVec<T>& value) {
  openmatrix::archive::Members(ar, value.obj_feature);
}

/// @brief The features of the objects in a frame.
template <class T>
struct FeatureResultPara {
  FrameInfo f_info;       ///< of the picture
  FeatureVec<T> feature;  ///< of its objects
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, FeatureResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.f_info, value.feature);
}

/// @brief The features of the objects in the frames of a batch.
template <class T>
struct BatchFeatureResultPara {
  BatchInfo b_info;                      ///< of the pictures
  std::vector<FeatureVec<T>> v_feature;  ///< per picture
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, BatchFeatureResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.b_info, value.v_feature);
}

/// @brief The features of a known object.
template <class T>
struct FeatureRecord {
  uint32_t ID;                 ///< the object
  uint32_t len;                ///< how many
  std::shared_ptr<T> feature;  ///< the features, an array
};

/// @brief Archives the scalars, then the bytes of the features; see ImageData.
template <class Archive, class T>
void serialize(Archive& ar, FeatureRecord<T>& value) {
  const uint32_t room = value.len;
  openmatrix::archive::Members(ar, value.ID, value.len);
  openmatrix::archive::Elements(ar, value.feature, room, value.len);
}

/// @brief What to search, and in what: threshold of type T1, features of type T2.
template <class T1, class T2>
struct RetrievalSet {
  uint32_t TopN;                          ///< how many to find
  T1 threshold;                           ///< how similar they must be
  std::vector<FeatureRecord<T2>> record;  ///< the known objects
};

/// @brief Archives the members in their order.
template <class Archive, class T1, class T2>
void serialize(Archive& ar, RetrievalSet<T1, T2>& value) {
  openmatrix::archive::Members(ar, value.TopN, value.threshold, value.record);
}

/// @brief A message with a RetrievalSet.
template <class T1, class T2>
struct RetrievalSetPara {
  RetrievalSet<T1, T2> set;  ///< the set
};

/// @brief Archives the member.
template <class Archive, class T1, class T2>
void serialize(Archive& ar, RetrievalSetPara<T1, T2>& value) {
  openmatrix::archive::Members(ar, value.set);
}

/// @brief A known object that was found.
struct RetrievalResult {
  uint32_t ID;       ///< the object
  float similarity;  ///< how similar it is
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, RetrievalResult& value) {
  openmatrix::archive::Members(ar, value.ID, value.similarity);
}

/// @brief The known objects that are most similar to one.
struct RetrievalResultTopN {
  std::vector<RetrievalResult> result_list;  ///< the known objects
};

/// @brief Archives the member.
template <class Archive>
void serialize(Archive& ar, RetrievalResultTopN& value) {
  openmatrix::archive::Members(ar, value.result_list);
}

/// @brief What was found for a frame.
struct RetrievalResultPara {
  FrameInfo f_info;            ///< of the picture
  RetrievalResultTopN result;  ///< what was found
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, RetrievalResultPara& value) {
  openmatrix::archive::Members(ar, value.f_info, value.result);
}

/// @brief What was found for the frames of a batch.
struct BatchRetrievalResultPara {
  BatchInfo b_info;                           ///< of the pictures
  std::vector<RetrievalResultTopN> v_result;  ///< per picture
};

/// @brief Archives the members in their order.
template <class Archive>
void serialize(Archive& ar, BatchRetrievalResultPara& value) {
  openmatrix::archive::Members(ar, value.b_info, value.v_result);
}

}  // namespace hiai
