use super::*;

#[test]
fn the_parts_decide() {
    use Outcome::{Canceled, Failed, Partial, Running, Succeeded, Unknown};
    for (whole, parts, expected) in [
        (Succeeded, &[][..], Succeeded),
        (Unknown, &[], Unknown),
        (Failed, &[Succeeded, Failed], Partial),
        (Succeeded, &[Succeeded, Failed], Partial),
        (Succeeded, &[Failed, Failed], Failed),
        (Succeeded, &[Failed, Canceled], Failed),
        (Succeeded, &[Canceled], Canceled),
        (Succeeded, &[Succeeded, Canceled], Partial),
        (Succeeded, &[Succeeded, Running, Failed], Running),
        (Running, &[Succeeded], Running),
        (Succeeded, &[Succeeded, Unknown], Unknown),
        (Unknown, &[Succeeded, Succeeded], Succeeded),
        (Failed, &[Succeeded], Partial),
    ] {
        assert_eq!(Outcome::of_parts(whole, parts.iter().copied()), expected, "{whole} of {parts:?}");
        assert_eq!(Outcome::of_parts(whole, parts.iter().rev().copied()), expected, "{whole} of {parts:?}");
    }
}

#[test]
fn the_ending_of_a_name_tells_the_role() {
    for (name, role) in [
        ("a/b.MP4", Role::Video),
        ("https://media.example.com/v.f20.m3u8?sign=1.mp3", Role::Playlist),
        ("x.mp3", Role::Audio),
        ("x.jpg#t=1", Role::Image),
        ("x.srt", Role::Subtitle),
        ("x.json", Role::Text),
        ("x.pdf", Role::Document),
        ("archive.mp4/part", Role::Other),
        ("none", Role::Other),
        ("", Role::Other),
    ] {
        assert_eq!(Role::of_name(name), role, "{name}");
    }
}
