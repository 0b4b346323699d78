//! Results on speech, song and text.

use serde::Deserialize;
use serde_json::Value;

use super::super::media_info::Properties;
use super::super::outputs::named;
use crate::event::{Output, Role};
use crate::wire::{Decimal, Integer, Many, One, Text, Texts, Unused};

/// `SpeechRecognition`: what is said.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct SpeechRecognitionResult {
    /// Seconds of sound.
    audio_time: Decimal,
    /// What is said.
    result: Unused<Texts>,
    /// Name of the file with what is said.
    object_name: Text,
    /// Name of the file with what is said sentence by sentence.
    detail_object_name: Text,
    /// What is said sentence by sentence.
    result_detail: Many<Sentence>,
    /// What the fast mode returns, keys in `snake_case`.
    flash_result: Unused<Value>,
}

/// A sentence.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Sentence {
    /// The sentence as it is written.
    final_sentence: Unused<Text>,
    /// The sentence, its words apart.
    slice_sentence: Unused<Text>,
    /// Where it begins, milliseconds.
    start_ms: Unused<Integer>,
    /// Where it ends, milliseconds.
    end_ms: Unused<Integer>,
    /// Number of words.
    words_num: Unused<Integer>,
    /// Words per second.
    speech_speed: Unused<Decimal>,
    /// The speaker.
    speaker_id: Unused<Text>,
    /// The words.
    words: Many<Word>,
}

/// A word.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Word {
    /// The word.
    word: Unused<Text>,
    /// Where it begins in the sentence, milliseconds.
    offset_start_ms: Unused<Integer>,
    /// Where it ends in the sentence, milliseconds.
    offset_end_ms: Unused<Integer>,
    /// Type of the word.
    voice_type: Unused<Integer>,
}

/// `SoundHound`: the songs in the audio.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct SoundHoundResult {
    /// The songs. An object where there is one.
    song_list: Many<Song>,
}

/// A song.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Song {
    /// How well it matches.
    inlier: Unused<Integer>,
    /// Who sings.
    singer_name: Unused<Text>,
    /// Title.
    song_name: Unused<Text>,
}

/// `VocalScore`: how well it is sung.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct VocalScoreResult {
    /// How well the tone is held.
    pitch_score: One<Score>,
    /// How well the rhythm is held; the vendor's spelling.
    rhythem_score: One<Score>,
}

/// A score.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Score {
    /// Of the whole.
    total_score: Unused<Decimal>,
    /// Of each line.
    sentence_scores: Many<SentenceScore>,
}

/// The score of a line.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SentenceScore {
    /// Where it begins, seconds.
    start_time: Unused<Decimal>,
    /// Where it ends, seconds.
    end_time: Unused<Decimal>,
    /// The score.
    score: Unused<Decimal>,
}

/// `WordsGeneralize`: the words of a text and their categories.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct WordsGeneralizeResult {
    /// Words with a category; the vendor's spelling.
    words_generalize_lable: Many<Lable>,
    /// All words.
    words_generalize_token: Many<Token>,
}

/// A word with a category.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Lable {
    /// Category.
    category: Unused<Text>,
    /// The word.
    word: Unused<Text>,
}

/// A word of the text.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Token {
    /// Length.
    length: Unused<Integer>,
    /// Where it begins in the text.
    offset: Unused<Integer>,
    /// Part of speech.
    pos: Unused<Text>,
    /// The word.
    word: Unused<Text>,
}

impl SpeechRecognitionResult {
    /// The files with what is said, and what is known about the input.
    pub(in super::super) fn files_and_input(self) -> (Vec<Output>, Properties) {
        let names = [self.object_name, self.detail_object_name];
        let files = names.into_iter().filter_map(|name| named(name, Role::Text)).collect();
        (files, Properties { duration: self.audio_time.get(), ..Properties::default() })
    }
}
