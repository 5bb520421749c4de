# Verifies and signs with Perl's Mail::DKIM: JSON in, JSON out. The DNS is what stands in the member "dns" (name to text).
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM::DkSignature;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signature;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS;

local $/;
my $asked = JSON::PP->new->latin1->decode(<STDIN>);
my %dns = %{ $asked->{dns} };

{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name, $type) = @_;
        return unless $type eq 'TXT' && exists $dns{$name};
        return Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [$dns{$name} =~ /(.{1,255})/gs]);
    };
}

my @verified;
for my $message (@{ $asked->{verify} || [] }) {
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($message);
    $verifier->CLOSE;
    push @verified, [map { $_->result_detail } $verifier->signatures];
}

my @signed;
my $base64 = join('', grep { !/^-/ } split(/\n/, $asked->{key} || ''));
for my $wish (@{ $asked->{sign} || [] }) {
    my $class = $wish->{kind} eq 'domainkeys' ? 'Mail::DKIM::DkSignature' : 'Mail::DKIM::Signature';
    my $key = Mail::DKIM::PrivateKey->load(Data => $base64);
    my $signer = Mail::DKIM::Signer->new(
        Policy => sub {
            $_[0]->add_signature($class->new(
                Algorithm => $wish->{algorithm}, Method => $wish->{method}, Headers => $wish->{headers},
                Domain => $wish->{domain}, Selector => $wish->{selector}, Key => $key));
            return;
        });
    $signer->PRINT($wish->{message});
    $signer->CLOSE;
    push @signed, join('', map { $_->as_string . "\r\n" } $signer->signatures);
}
print JSON::PP->new->latin1->encode({ verified => \@verified, signed => \@signed });
