//! Names of persons after a label, in Chinese, Japanese, Korean and Russian.
//!
//! The label shows where a name begins. Where it ends, and that it is one, its surname shows: the most common ones are listed.

use std::ops::Range;

use super::builders::{accept_if, exact, part, reject_end};
use super::name_parts::name_words;
use super::recognizer::{Recognizer, RecognizerInput};
use crate::detect::pattern::Verdict;

/// A label's sign, and what may open the value.
macro_rules! sign {
    () => {
        r"[ ]?[:=|][ \n]?['\x22]?"
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    // Han and Kana.
    exact(
        concat!(
            "(?:(?:姓名|名字|联系人|聯絡人|收件人|收货人|持卡人|户名|患者|申请人|法定代表人|氏名|お名前|名前|患者名|担当者|名義人)",
            sign!(),
            "|我叫|我的名字是|我的名字叫)",
            r"[\xe3-\xe9][\x80-\xbf][\x80-\xbf](?:[ ]?[\xe3-\xe9][\x80-\xbf][\x80-\xbf]){1,5}"
        ),
        96,
        in_han,
    )
    .with_value(value_in_han),
    exact(
        concat!("(?:이름|성명|성함|예금주|수령인|환자명|고객명)", sign!(), r"(?:[\xea-\xed][\x80-\xbf][\x80-\xbf]){3}"),
        48,
        in_hangul,
    )
    .with_value(value_in_hangul),
    exact(
        concat!(
            "(?:(?:ФИО|Ф[.]И[.]О[.]|ПІБ|Фамилия|Прізвище|Имя|Отчество|Имя и фамилия|Фамилия и имя|Фамилия, имя(?:, отчество)?)",
            sign!(),
            "|(?:Меня|меня|Мене|мене) (?:зовут|звати|звуть) )",
            r"(?:[\xd0-\xd3][\x80-\xbf])+(?:[ -](?:[\xd0-\xd3][\x80-\xbf])+){0,3}"
        ),
        160,
        in_cyrillic,
    )
    .with_value(value_in_cyrillic),
];

/// The most common surnames of China that begin no word of forms.
const CHINESE: &str = "王李张张劉刘陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾萧肖蕭田董潘袁蔡蒋蔣余杜叶葉程魏苏蘇吕呂丁沈姚卢盧姜崔钟鍾谭譚陆陸汪范廖贾賈韦韋邹鄒熊孟秦邱侯江尹薛闫雷龙龍陶贺賀郝龚龔邵钱錢严嚴戴莫孔汤湯";

/// The most common surnames of Japan.
#[rustfmt::skip]
const JAPANESE: &[&str] = &[
    "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "渡邊", "山本", "中村", "小林", "加藤", "吉田", "山田", "佐々木", "山口", "松本", "井上", "木村", "斎藤", "齋藤",
    "清水", "山崎", "池田", "橋本", "阿部", "石川", "山下", "中島", "石井", "小川", "前田", "岡田", "長谷川", "藤田", "後藤", "近藤", "村上", "遠藤", "青木", "坂本",
    "斉藤", "福田", "太田", "西村", "藤井", "金子", "岡本", "藤原", "中野", "三浦", "原田", "中川", "松田", "竹内", "小野", "田村", "中山", "和田", "石田", "森田",
    "上田", "内田", "柴田", "酒井", "宮崎", "横山", "高木", "安藤", "宮本", "大野", "小島", "谷口", "今井", "工藤", "高田", "増田", "丸山", "杉山", "村田", "大塚",
    "新井", "小山", "平野", "藤本", "河野", "上野", "野口", "武田", "松井", "千葉", "菅原", "岩崎", "久保", "木下", "佐野", "野村", "松尾", "市川", "菊地", "杉本",
];

/// The most common surnames of Korea.
const KOREAN: &str = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진";

/// Words of forms that such a surname seems to begin.
const KOREAN_WORDS: &[&str] = &[
    "문자열",
    "이메일",
    "한국어",
    "전체명",
    "이용자",
    "고객님",
    "미입력",
    "주문자",
    "신청인",
    "하이픈",
    "성명란",
    "이름란",
    "전화번",
];

/// Words of forms with a capital.
const RUSSIAN_WORDS: &[&str] =
    &["Введите", "Значение", "Неизвестно", "Нет", "Обязательно", "Обязательное", "Строка", "Текст", "Укажите"];

/// Words that a surname of China seems to begin.
const CHINESE_WORDS: &[&str] = &[
    "董事长",
    "董事",
    "高级",
    "许可",
    "许多",
    "程序",
    "程序员",
    "金额",
    "何时",
    "何人",
    "马上",
    "黄金",
    "钱包",
    "江苏",
    "江西",
    "任何",
];

fn value_in_han(text: &str) -> Range<usize> {
    let labels = ["我的名字是", "我的名字叫", "我叫"];
    let stated = labels.iter().find_map(|label| text.starts_with(label).then_some(label.len()));
    stated.map_or_else(|| after_sign(text), |start| start..text.len())
}

/// Returns the value after the sign of a label, without its quote.
fn after_sign(text: &str) -> Range<usize> {
    let value = text.split_once([':', '=', '|']).map_or("", |(_, value)| value);
    let value = value.trim_start_matches([' ', '\n', '"', '\'']);
    text.len() - value.len()..text.len()
}

fn in_han(c: &RecognizerInput<'_>) -> Verdict {
    let value = part(c.text, value_in_han(c.text));
    let is_han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '々');
    let is_given = |c: char| is_han(c) || matches!(c, '\u{3041}'..='\u{30ff}');
    if c.after.is_some_and(|after| is_given(after) && after != '様' && after != '氏') {
        return reject_end(c);
    }
    if value.ends_with(['様', '氏']) {
        return Verdict::Reject;
    }
    let count = |name: &str| name.chars().filter(|&c| c != ' ').count();
    let is_chinese = value.chars().next().is_some_and(|first| CHINESE.contains(first))
        && (2..=3).contains(&value.chars().count())
        && value.chars().all(is_han)
        && !CHINESE_WORDS.contains(&value);
    let given = JAPANESE.iter().find_map(|surname| value.strip_prefix(surname));
    let is_japanese = given
        .is_some_and(|given| (1..=3).contains(&count(given)) && given.trim_start_matches(' ').chars().all(is_given));
    accept_if(is_chinese || is_japanese)
}

fn value_in_hangul(text: &str) -> Range<usize> {
    after_sign(text)
}

fn in_hangul(c: &RecognizerInput<'_>) -> Verdict {
    let value = part(c.text, value_in_hangul(c.text));
    let is_hangul = |c: char| matches!(c, '\u{ac00}'..='\u{d7a3}');
    let is_surname = value.chars().next().is_some_and(|first| KOREAN.contains(first));
    let is_whole = !c.after.is_some_and(char::is_alphanumeric);
    accept_if(is_whole && is_surname && value.chars().all(is_hangul) && !KOREAN_WORDS.contains(&value))
}

fn value_in_cyrillic(text: &str) -> Range<usize> {
    let stated = ["зовут ", "звати ", "звуть "].iter().find_map(|verb| text.find(verb).map(|at| at + verb.len()));
    stated.map_or_else(|| after_sign(text), |start| start..text.len())
}

fn in_cyrillic(c: &RecognizerInput<'_>) -> Verdict {
    if c.after.is_some_and(|after| after.is_alphanumeric() || matches!(after, ':' | '-')) {
        return reject_end(c);
    }
    let range = value_in_cyrillic(c.text);
    let label = part(c.text, 0..range.start);
    // A thing may be called anything, with one word.
    let name = label.trim_end_matches([' ', '\n', ':', '=', '|', '"', '\'']);
    let least = if matches!(name, "Имя" | "ФИО" | "Ф.И.О." | "ПІБ") { 2 } else { 1 };
    let value = part(c.text, range);
    let count = name_words(value).unwrap_or_default();
    accept_if((least..=3).contains(&count) && !value.split(' ').any(|word| RUSSIAN_WORDS.contains(&word)))
}
